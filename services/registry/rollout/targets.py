"""Targets: how many places of a kind are to have a reader by a day, and from which funds."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from ketuk_events.names import Identifier
from registry.kit import csv_file as data_file
from registry.kit.csv_file import BadFile, BadLine, Lines
from registry.readers.lots import Funds, Year


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """So many places of a kind, these and all before them, by the end of a day."""

    target: Identifier
    kind: Literal["kota", "kabupaten", "kecamatan", "kelurahan", "desa"]
    places: Annotated[int, Meta(ge=1, le=100_000)]
    set_on: date
    """When it was set; nobody can have known of it before."""
    due: date
    funds: Funds
    funds_year: Year
    source: Annotated[str, Meta(max_length=500)] = ""


def current(targets: Iterable[Target], kind: str, day: date) -> Target | None:
    """The one that counts on a day: of those known then, the next that is due, or the last that was."""
    known = sorted(
        (each for each in targets if each.kind == kind and each.set_on <= day),
        key=lambda each: (each.due, each.set_on),
    )
    coming = [each for each in known if day <= each.due]
    return coming[0] if coming else (known[-1] if known else None)


def read_targets(content: bytes) -> Lines[Target]:
    """The targets of a file, by line. Raises BadFile, also for one that was past when it was set."""
    rows = data_file.read(content, Target)
    bad = [*data_file.must_be_alone(rows, lambda target: target.target), *_faults(rows)]
    if bad:
        raise BadFile(bad)
    return rows


def _faults(rows: Lines[Target]) -> Iterator[BadLine]:
    ordered = sorted(rows.items(), key=lambda item: (item[1].kind, item[1].due))
    for line, target in ordered:
        if target.due < target.set_on:
            yield BadLine(line=line, reason="the target was past on the day on which it was set")
    for (_, before), (line, target) in itertools.pairwise(ordered):
        if before.kind == target.kind and target.places < before.places:
            yield BadLine(line=line, reason=f"fewer places than {before.target}, which is due earlier")
