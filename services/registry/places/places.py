"""Places by their Kemendagri code, as the data file of a region has them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from ketuk_events.names import PlaceCode
from registry.kit import csv_file as data_file
from registry.kit.csv_file import BadFile, BadLine, Lines

_DATA = Path(__file__).parents[1] / "data"
_DEPTH = {"provinsi": 1, "kabupaten": 2, "kota": 2, "kecamatan": 3, "kelurahan": 4, "desa": 4}
"""How many parts the code of each kind has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A city, kecamatan or kelurahan, and when it was one."""

    code: PlaceCode
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    kind: Literal["provinsi", "kabupaten", "kota", "kecamatan", "kelurahan", "desa"]
    parent: PlaceCode | None = None
    valid_from: date | None = None
    """None: longer than the file remembers. Where only the year is known, its first day."""
    valid_to: date | None = None
    """The first day on which it was no more."""

    def was(self, day: date) -> bool:
        """Whether it was there on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


def as_of(places: Iterable[Place], day: date) -> list[Place]:
    """Those that were there on that day."""
    return [place for place in places if place.was(day)]


def file_of(region: str) -> Path:
    """The data file of a region; whether there is one is for the caller to look."""
    return _DATA / f"{region}.csv"


def read(file: Path) -> tuple[Place, ...]:
    """All places of a file, a parent before its children. Raises BadFile."""
    return in_order(read_places(file.read_bytes()))


def read_places(content: bytes) -> Lines[Place]:
    """The places of a file by line, all of them in one tree. Raises BadFile."""
    rows = data_file.read(content, Place)
    if bad := [*data_file.must_be_alone(rows, lambda place: place.code), *_bad_places(rows)]:
        raise BadFile(bad)
    return rows


def in_order(rows: Lines[Place]) -> tuple[Place, ...]:
    """A parent before its children: its code is the beginning of theirs."""
    return tuple(sorted(rows.values(), key=lambda place: place.code))


def _bad_places(rows: Lines[Place]) -> Iterator[BadLine]:
    by_code = {place.code: place for place in rows.values()}
    for line, place in rows.items():
        for reason in _faults(place, by_code):
            yield BadLine(line=line, reason=reason)


def _faults(place: Place, by_code: dict[str, Place]) -> Iterator[str]:
    if place.code.count(".") + 1 != _DEPTH[place.kind]:
        yield f"{place.code} is no code of a {place.kind}"
    if place.valid_from is not None and place.valid_to is not None and place.valid_to <= place.valid_from:
        yield "it ends before it begins"
    if place.parent is None:
        return
    above = by_code.get(place.parent)
    if above is None:
        yield f"its parent {place.parent} is not in the file"
    elif ring := _ring(place, by_code):
        yield f"it lies within itself: {' in '.join(ring)}"
    elif not place.code.startswith(f"{above.code}."):
        yield f"its code does not begin with that of its parent {above.code}"
    elif _outlives(place, above):
        yield f"it is there when its parent {above.code} is not"


def _ring(place: Place, by_code: dict[str, Place]) -> list[str]:
    path = [place.code]
    above = place.parent
    while above is not None and above in by_code and above not in path:
        path.append(above)
        above = by_code[above].parent
    return [*path, place.code] if above == place.code else []


def _outlives(place: Place, above: Place) -> bool:
    begins = above.valid_from is not None and (
        place.valid_from is None or place.valid_from < above.valid_from
    )
    ends = above.valid_to is not None and (place.valid_to is None or place.valid_to > above.valid_to)
    return begins or ends
