"""Who is responsible for what in which period: the centre or the region."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from registry.kit import csv_file as data_file
from registry.kit.csv_file import BadFile, BadLine, Lines

Task = Literal["enrolment", "cards"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Responsibility:
    """One of them has one task for a while."""

    task: Task
    responsible: Literal["centre", "region"]
    valid_from: date | None = None
    """None: longer than the file remembers."""
    valid_to: date | None = None
    """The first day on which it was no more."""
    source: Annotated[str, Meta(max_length=500)] = ""

    def was(self, day: date) -> bool:
        """Whether it held on that day."""
        return (self.valid_from or date.min) <= day < (self.valid_to or date.max)


def responsible(known: Iterable[Responsibility], day: date) -> dict[Task, str]:
    """Who had each task on that day; a task that nobody is known to have had is not there."""
    return {each.task: each.responsible for each in known if each.was(day)}


def read_responsibilities(content: bytes) -> Lines[Responsibility]:
    """Those of a file, by line. Raises BadFile, also where two would have a task on one day."""
    rows = data_file.read(content, Responsibility)
    if bad := list(_faults(rows)):
        raise BadFile(bad)
    return rows


def _faults(rows: Lines[Responsibility]) -> Iterator[BadLine]:
    before: list[tuple[int, Responsibility]] = []
    for line, row in rows.items():
        if (row.valid_from or date.min) >= (row.valid_to or date.max):
            yield BadLine(line=line, reason="it ends before it begins")
        for other in _meeting(row, before):
            yield BadLine(line=line, reason=f"{row.task} has somebody responsible then: line {other}")
        before.append((line, row))


def _meeting(row: Responsibility, before: Sequence[tuple[int, Responsibility]]) -> Iterator[int]:
    for line, other in before:
        begins = max(row.valid_from or date.min, other.valid_from or date.min)
        ends = min(row.valid_to or date.max, other.valid_to or date.max)
        if row.task == other.task and begins < ends:
            yield line
