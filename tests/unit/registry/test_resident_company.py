"""Lines are looked at together where all are plain, and one by one where one is not: both find the same."""

from collections.abc import Iterator
from datetime import date
from itertools import product

from registry.residents.residents_csv import Places, Read, read

PLACES = Places(city="33.72", known={"33.72.04.1010"})
TODAY = date(2013, 8, 18)
QUOTED = b'3372990101900009,"CONTOH, SITI",1990-01-01,P,33.72.04.1010,2011-09-01,,,,,,,,'
GOOD = ("3372990101900001", "SITI CONTOH", "1990-01-01", "P", "33.72.04.1010", "2011-09-01", *("",) * 8)
BEGIN, UNTIL, FIRST_STEP = 5, 6, 7
DAYS = (
    "",
    "2011-08-31",
    "2011-09-01",
    "2012-05-01",
    "2013-08-18",
    "2013-08-19",
    "2011-9-01",
    "1879-12-31",
    "~",
)
ODD = {
    0: ("337299010190000", "33729901019000011", "\u0663372990101900001", "337299010190000 ", "3372", ""),
    1: ("", "SITI\x00", "S" * 200, "S" * 201, "SITI É", "a\x85b"),
    2: ("2011-09-01", "2011-09-02", "", "1990-02-30", "0090-01-01", "19900101"),
    3: ("L", "", "LP", "x"),
    4: ("33.74.01.1001", "33.72.04.1099", "33.72.04", ""),
}


def written(cells: tuple[str, ...]) -> bytes:
    return ",".join(cells).encode()


def lines() -> Iterator[bytes]:
    """Each cell's oddities, and all orders of the days of a duty, its end and three steps."""
    for place, cells in ODD.items():
        for cell in cells:
            yield written((*GOOD[:place], cell, *GOOD[place + 1 :]))
    for begin, until in product(DAYS, DAYS):
        yield written((*GOOD[:BEGIN], begin, until, *GOOD[FIRST_STEP:]))
    for begin, *steps in product(("2011-09-01", "2012-05-01"), DAYS, DAYS, DAYS):
        yield written((*GOOD[:BEGIN], begin, "", *steps, *GOOD[FIRST_STEP + 3 :]))
    for last in DAYS:
        yield written((*GOOD[:FIRST_STEP], *("2012-05-01",) * 6, last))
    yield from (
        b"\xff",
        b"",
        b",",
        written(GOOD[:-1]),
        written((*GOOD, "")),
        written((*GOOD, "1", "mend it")),
    )


def test_a_line_is_judged_alike_alone_and_in_company() -> None:
    for line in lines():
        alone = next(read([line], places=PLACES, today=TODAY))
        # a quote in any of them, and each is looked at for itself
        assert alone == next(read([line, QUOTED], places=PLACES, today=TODAY))


def test_many_lines_together_are_judged_as_each_alone() -> None:
    good = [line for line in lines() if isinstance(next(read([line], places=PLACES, today=TODAY)), Read)] * 9
    found = list(read(good, places=PLACES, today=TODAY))
    assert [each.row for each in found] == list(range(len(good)))
    assert all(isinstance(each, Read) and each.resident().nik == each.nik for each in found)
    bad = list(read([*good, b"x", *good], places=PLACES, today=TODAY))
    assert [each.row for each in bad if not isinstance(each, Read)] == [len(good)]
