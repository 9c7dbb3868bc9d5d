"""Data files: CSV with a header, UTF-8, one thing a line; each bad line is told with its reason."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, Field, dataclass, fields
from io import StringIO
from typing import Any, TypeVar

import msgspec

from registry.kit.errors import Unfit

MOST_TOLD = 100
"""Bad lines that are told one by one; of the others only how many there are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BadLine:
    """A line that cannot be taken. The header is line 1."""

    line: int
    reason: str


class BadFile(Unfit):
    """The file is not taken, none of it."""

    def __init__(self, bad: Iterable[BadLine]) -> None:
        self.bad = tuple(sorted(bad, key=lambda each: (each.line, each.reason)))
        told = [f"line {each.line}: {each.reason}" for each in self.bad[:MOST_TOLD]]
        if more := len(self.bad) - MOST_TOLD:
            told += [f"and {more} more"] if more > 0 else []
        super().__init__("; ".join(told))


Row = TypeVar("Row")
Lines = dict[int, Row]
"""What a file says, by line."""


def read(content: bytes, kind: type[Row]) -> Lines[Row]:
    """The rows of a file, each a dataclass whose fields are the columns; an empty cell is a field's default.

    Raises BadFile.
    """
    text = _text(content)
    reader = csv.DictReader(StringIO(text, newline=""), strict=True)
    bad = list(_bad_columns(_header(reader), fields(kind)))  # type: ignore[arg-type]  # a dataclass
    if bad:
        raise BadFile(bad)
    rows: Lines[Row] = {}
    for line, cells in _cells(reader, bad):
        try:
            rows[line] = msgspec.convert(cells, kind, strict=False)
        except msgspec.ValidationError as why:
            bad.append(BadLine(line=line, reason=str(why)))
    if bad:
        raise BadFile(bad)
    return rows


def must_be_alone(rows: Lines[Row], name: Callable[[Row], str]) -> Iterator[BadLine]:
    """A line for each row whose name an earlier one has."""
    seen: dict[str, int] = {}
    for line, row in rows.items():
        first = seen.setdefault(name(row), line)
        if first != line:
            yield BadLine(line=line, reason=f"{name(row)} stands in line {first} already")


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = content.count(b"\n", 0, broken.start) + 1
        raise BadFile([BadLine(line=line, reason="not UTF-8")]) from None
    if (at := text.find("\0")) >= 0:
        raise BadFile([BadLine(line=text.count("\n", 0, at) + 1, reason="holds the character NUL")])
    return text


def _header(reader: "csv.DictReader[str]") -> list[str]:
    try:
        return list(reader.fieldnames or ())
    except csv.Error as broken:
        raise BadFile([BadLine(line=1, reason=str(broken))]) from None


def _bad_columns(header: list[str], known: tuple["Field[Any]", ...]) -> Iterator[BadLine]:
    names = [each.name for each in known]
    for column in dict.fromkeys(header):
        if column not in names:
            yield BadLine(line=1, reason=f"no column is called {column[:40]!r}")
        elif header.count(column) > 1:
            yield BadLine(line=1, reason=f"the column {column} is there twice")
    for each in known:
        if each.default is MISSING and each.name not in header:
            yield BadLine(line=1, reason=f"the column {each.name} is not there")


def _cells(reader: "csv.DictReader[str]", bad: list[BadLine]) -> Iterator[tuple[int, dict[str, str]]]:
    rows = iter(reader)
    while True:
        try:
            row: dict[str | None, Any] = dict(next(rows))
        except StopIteration:
            return
        except csv.Error as broken:
            bad.append(BadLine(line=reader.reader.line_num, reason=str(broken)))
            continue
        if None in row:
            bad.append(BadLine(line=reader.line_num, reason="more cells than columns"))
            continue
        yield (
            reader.line_num,
            {str(name): cell.strip() for name, cell in row.items() if cell and cell.strip()},
        )
