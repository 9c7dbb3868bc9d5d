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
from itertools import pairwise
from operator import le, lt

from msgspec import Struct

from registry.residents.resident import STEPS, Resident

COLUMNS = ("nik", "name", "born", "sex", "place", "obliged_from", "obliged_until", *STEPS)
MENDING = ("line", "reason")
_LONGEST_NAME = 200
_FIRST_YEAR = 1880
_WIDTHS = {len(COLUMNS), len(COLUMNS) + len(MENDING)}
_NIK_LENGTH = 16
_NIK = re.compile("[0-9]{16}", re.ASCII)
_SEXES = frozenset("LP")
_MOST_DAYS = 100_000
_NEVER = "~"
"""Beside days, as text."""
_TOGETHER = 256
"""Lines that are looked at column by column."""
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


class Read(Struct, frozen=True, kw_only=True, gc=False):
    """A line that can be so."""

    row: int
    """Of those that were sent together, from 0."""
    nik: str
    line: bytes
    """As PostgreSQL reads it in its format CSV."""

    def resident(self) -> Resident:
        """What it says."""
        return _resident(_cells(self.line))


def read(lines: Sequence[bytes], *, places: Places, today: date) -> Iterator[Read | Refused]:
    """Each line, or why not. Nothing that a line holds is quoted in a reason."""
    for first in range(0, len(lines), _TOGETHER):
        together = lines[first : first + _TOGETHER]
        niks = _evident(together, places, today)
        if niks is None:
            yield from _one_by_one(together, first, places, today)
        else:
            for row, (nik, line) in enumerate(zip(niks, together, strict=True), start=first):
                yield Read(row=row, nik=nik, line=line)


def _one_by_one(lines: Sequence[bytes], first: int, places: Places, today: date) -> Iterator[Read | Refused]:
    for row, line in enumerate(lines, start=first):
        try:
            who = _checked(_cells(line), places, today)
        except _Unfit as unfit:
            yield Refused(row=row, code=str(unfit))
        else:
            yield Read(row=row, nik=who.nik, line=_as_read(line, who))


def _evident(lines: Sequence[bytes], places: Places, today: date) -> Sequence[str] | None:
    """The NIKs of lines that can all be so; None where one may not, or is not written plainly.

    What `_one_by_one` finds, column by column in a quarter of the time: days that are days are ordered as
    their texts are.
    """
    try:
        text = b"\n".join(lines).decode()
        columns = tuple(zip(*(line.split(",") for line in text.split("\n")), strict=True))
        niks, names, born, sexes, living, begin, until, *steps = columns
        for day in set().union(born, begin, until, *steps):
            _day(day)
    except (ValueError, _Unfit):
        return None
    # what is not there comes after all that is
    ways = [begin, *([day or _NEVER for day in step] for step in steps)]
    can_be = (
        len(steps) == len(STEPS)
        and '"' not in text
        and set(map(len, niks)) == {_NIK_LENGTH}
        and (digits := "".join(niks)).isdecimal()
        and digits.isascii()
        and all(names)
        and max(map(len, names)) <= _LONGEST_NAME
        and "".join(names).isprintable()
        and _SEXES.issuperset(sexes)
        and all(map(places.has, set(living)))
        and all(born)
        and all(map(le, born, begin))
        and all(map(lt, begin, (day or _NEVER for day in until)))
        and all(all(map(le, earlier, later)) for earlier, later in pairwise(ways))
        and max(map(max, steps)) <= today.isoformat()
    )
    return niks if can_be else None


def _as_read(line: bytes, who: Resident) -> bytes:
    if b'"' not in line and line.count(b",") == len(COLUMNS) - 1:
        return line
    written = StringIO()
    csv.writer(written, lineterminator="").writerow(getattr(who, name) for name in COLUMNS)
    return written.getvalue().encode()


class _Unfit(Exception):
    pass


def _checked(cells: Sequence[str], places: Places, today: date) -> Resident:
    if len(cells) not in _WIDTHS:
        raise _Unfit("columns")
    nik, name, _, sex, place = cells[:5]
    if _NIK.fullmatch(nik) is None:
        raise _Unfit("nik")
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise _Unfit("name")
    if sex not in _SEXES:
        raise _Unfit("sex")
    if not places.has(place):
        raise _Unfit("place")
    who = _resident(cells)
    _check_order(who, today)
    return who


def _resident(cells: Sequence[str]) -> Resident:
    nik, name, born_, sex, place = cells[:5]
    born, obliged_from = _day(born_), _day(cells[5])
    if born is None or obliged_from is None:
        raise _Unfit("date")
    obliged_until, *steps = map(_day, cells[6 : len(COLUMNS)])
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


@lru_cache(maxsize=_MOST_DAYS)
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


def _check_order(who: Resident, today: date) -> None:
    until = who.obliged_until
    if who.born > who.obliged_from or (until is not None and until <= who.obliged_from):
        raise _Unfit("order")
    earlier: date | None = who.obliged_from
    for day in who.days:
        if day is not None:
            if earlier is None or day < earlier:
                raise _Unfit("order")
            if day > today:
                raise _Unfit("future")
        earlier = day
