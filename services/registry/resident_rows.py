"""Residents as lines of CSV, checked one by one.

The format is `COLUMNS`, in UTF-8, one line for each person; dates are written 2013-08-18. The two columns of
`MENDING` may follow: what refused lines come back with, ignored when they are imported again.
"""

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import StringIO

from registry.resident import STEPS, Resident

COLUMNS = ("nik", "name", "born", "sex", "place", "obliged_from", "obliged_until", *STEPS)
MENDING = ("line", "reason")
_LONGEST_NAME = 200
_FIRST_YEAR = 1880
_WIDTHS = {len(COLUMNS), len(COLUMNS) + len(MENDING)}
_NIK = re.compile("[0-9]{16}", re.ASCII)
_KELURAHAN = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}", re.ASCII)

REASONS = {
    "encoding": "bukan UTF-8 / is not UTF-8",
    "columns": "jumlah kolom salah / has another number of columns",
    "quotes": "tanda kutip salah / quotes that do not close",
    "nik": "NIK bukan 16 angka / the NIK is not 16 digits",
    "name": "nama kosong atau terlalu panjang / the name is empty or too long",
    "date": "bukan tanggal yang ada / is no date that exists",
    "sex": "jenis kelamin bukan L atau P / sex is neither L nor P",
    "place": "kode wilayah tidak dikenal / the place is unknown",
    "order": "urutan tanggal mustahil / the dates are in an impossible order",
    "future": "tanggal di masa depan / a step lies in the future",
    "twice": "NIK muncul dua kali / the NIK occurs twice",
    "another-person": "NIK milik orang lain di registri / in the registry the NIK is another person's",
    "goes-back": "registri sudah lebih jauh / the registry knows of later steps",
}
"""Why a line is refused, in words of both languages."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A line that cannot be so."""

    row: int
    """Of those that were sent together, from 0."""
    code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where residents may live."""

    city: str
    """Code of the region, with its dot."""
    known: Collection[str]
    """The city's own kelurahan; elsewhere any may be."""

    def has(self, code: str) -> bool:
        """Whether the code can be a place of residence."""
        if code in self.known:
            return True
        return _KELURAHAN.fullmatch(code) is not None and not code.startswith(f"{self.city}.")


def read(lines: Sequence[bytes], *, places: Places, today: date) -> Iterator[tuple[int, Resident] | Refused]:
    """Each line with its number: a resident, or why not. Nothing that a line holds is quoted in a reason."""
    for row, line in enumerate(lines):
        try:
            yield row, _resident(line, places, today)
        except _Unfit as unfit:
            yield Refused(row=row, code=str(unfit))


def as_read(line: bytes, who: Resident) -> bytes:
    """A line that was read as a resident, as PostgreSQL reads it in its format CSV."""
    if b'"' not in line and line.count(b",") == len(COLUMNS) - 1:
        return line
    written = StringIO()
    csv.writer(written, lineterminator="").writerow(getattr(who, name) for name in COLUMNS)
    return written.getvalue().encode()


class _Unfit(Exception):
    pass


def _resident(line: bytes, places: Places, today: date) -> Resident:
    cells = _cells(line)
    if len(cells) not in _WIDTHS:
        raise _Unfit("columns")
    nik, name, born_, sex, place = cells[:5]
    if _NIK.fullmatch(nik) is None:
        raise _Unfit("nik")
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise _Unfit("name")
    if sex not in {"L", "P"}:
        raise _Unfit("sex")
    if not places.has(place):
        raise _Unfit("place")
    born, obliged_from = _day(born_), _day(cells[5])
    if born is None or obliged_from is None:
        raise _Unfit("date")
    obliged_until, *steps = map(_day, cells[6 : len(COLUMNS)])
    _check_order(born, obliged_from, obliged_until, steps, today)
    return Resident(
        nik=nik, name=name, born=born, sex=sex, place=place, obliged_from=obliged_from,
        obliged_until=obliged_until, recorded=steps[0], sent=steps[1], received=steps[2], checked=steps[3],
        ready=steps[4], printed=steps[5], activated=steps[6],
    )  # fmt: skip


def _cells(line: bytes) -> list[str]:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise _Unfit("encoding") from None
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error:
        raise _Unfit("quotes") from None


@lru_cache(maxsize=100_000)
def _day(written: str) -> date | None:
    if not written:
        return None
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise _Unfit("date") from None
    if day.isoformat() != written or day.year < _FIRST_YEAR:
        raise _Unfit("date")
    return day


def _check_order(
    born: date, obliged_from: date, obliged_until: date | None, steps: Sequence[date | None], today: date
) -> None:
    if born > obliged_from or (obliged_until is not None and obliged_until <= obliged_from):
        raise _Unfit("order")
    earlier: date | None = obliged_from
    for day in steps:
        if day is not None:
            if earlier is None or day < earlier:
                raise _Unfit("order")
            if day > today:
                raise _Unfit("future")
        earlier = day
