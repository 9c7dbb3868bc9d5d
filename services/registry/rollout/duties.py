"""Who has the duty to use readers, by which legal basis, from when and until when."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from msgspec import Meta

from ketuk_events.names import Identifier
from registry.kit import csv_file as data_file
from registry.kit.csv_file import BadFile, BadLine, Lines

KINDS = {
    "kelurahan": {"id": "kelurahan", "en": "kelurahan"},
    "kecamatan": {"id": "kecamatan", "en": "kecamatan"},
    "government": {"id": "instansi pemerintah", "en": "government body"},
    "polri": {"id": "Polri", "en": "national police"},
    "bumn": {"id": "BUMN", "en": "state enterprise"},
    "bank": {"id": "bank", "en": "bank"},
    "private": {"id": "badan usaha swasta", "en": "private body"},
}
"""The kinds of institutions that the law speaks of; there may be others, which it binds to nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """One legal basis binds one kind of institution."""

    basis: Identifier
    reference: Annotated[str, Meta(min_length=1, max_length=200)]
    """As it is cited."""
    kind: Identifier
    binds_from: date
    """Where only the year is known, its first day."""
    binds_until: date | None = None
    """The first day on which it binds no more; None: open."""
    due: date | None = None
    """The last day on which readers may still be missing; None: no day is said."""
    source: Annotated[str, Meta(max_length=500)] = ""

    def binds(self, kind: str, day: date) -> bool:
        """Whether it binds institutions of a kind on that day."""
        return self.kind == kind and self.binds_from <= day < (self.binds_until or date.max)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """What binds a kind of institution on a day."""

    bases: tuple[str, ...]
    """As they are cited."""
    due: date | None
    """The earliest day that any of them names."""


def bound(duties: Iterable[Duty], kind: str, day: date) -> Bound:
    """All that binds a kind on that day."""
    binding = [each for each in duties if each.binds(kind, day)]
    return Bound(
        bases=tuple(sorted({each.reference for each in binding})),
        due=min((each.due for each in binding if each.due is not None), default=None),
    )


def read_duties(content: bytes) -> Lines[Duty]:
    """Those of a file, by line. Raises BadFile."""
    rows = data_file.read(content, Duty)
    bad = data_file.must_be_alone(rows, lambda duty: f"{duty.basis} for {duty.kind}")
    if faults := [*bad, *_faults(rows)]:
        raise BadFile(faults)
    return rows


def _faults(rows: Lines[Duty]) -> Iterator[BadLine]:
    for line, duty in rows.items():
        if duty.kind not in KINDS:
            yield BadLine(line=line, reason=f"no kind of institution is called {duty.kind}")
        if duty.binds_until is not None and duty.binds_until <= duty.binds_from:
            yield BadLine(line=line, reason="it ends before it begins")
        if duty.due is not None and duty.due < duty.binds_from:
            yield BadLine(line=line, reason="it is due before it binds")
