"""Places by their Kemendagri code, as the data file of a region has them."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A city, kecamatan or kelurahan, and when it was one."""

    code: str
    name: str
    kind: str
    parent: str | None
    valid_from: date | None
    """None: longer than the file remembers. Where only the year is known, its first day."""
    valid_to: date | None
    """The first day on which it was no more."""


def file_of(region: str) -> Path:
    """The data file of a region; whether there is one is for the caller to look."""
    return _DATA / f"{region}.csv"


def read(file: Path) -> tuple[Place, ...]:
    """All places of a file, a parent before its children."""
    with file.open(encoding="utf-8", newline="") as lines:
        places = [
            Place(
                code=row["code"],
                name=row["name"],
                kind=row["kind"],
                parent=row["parent"] or None,
                valid_from=_date(row["valid_from"]),
                valid_to=_date(row["valid_to"]),
            )
            for row in csv.DictReader(lines)
        ]
    return tuple(sorted(places, key=lambda place: place.code))


def _date(written: str) -> date | None:
    return date.fromisoformat(written) if written else None
