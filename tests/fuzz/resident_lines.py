"""Fuzz target: each line of residents is taken or refused by itself, whatever stands beside it.

The first byte says how many lines of ours there are. Where it is even the rest are further lines as they are,
where it is odd the rest are steps that alter ours.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from registry.residents.residents_csv import REASONS, Places, Read, Refused, read
from tests.fuzz.whim import Whim

PLACES = Places(city="33.72", known={"33.72.04.1010"})
TODAY = date(2013, 8, 18)
LINES = (
    b"3372991708450001,SITI AMINAH,1945-08-17,P,33.72.04.1010,1962-08-17,,2011-08-01,2011-08-02,,,,,",
    b'3372991708450002,"SRI, REJEKI",1980-02-29,P,33.72.04.1010,1997-02-28,2013-01-01,,,,,,,',
    b"3372991708450003,BUDI,1990-01-01,L,33.74.01.1001,2007-01-01,,,,,,,,",
)
ODD = (b"", b'"', b'""', b",", b"\r", b"\0", b"\xff", "٣".encode(), b"9999-12-31", b"2013-02-30", b"-", b" ")


def once(raw: bytes) -> None:
    whim = Whim(raw)
    how = whim.number()
    lines = list(LINES[: how // 2 % (len(LINES) + 1)])
    if how % 2:
        lines = _altered(whim, lines)
    else:
        lines += raw[1:].split(b"\n")
    together = list(read(lines, places=PLACES, today=TODAY))
    assert [each.row for each in together] == list(range(len(lines))), "one answer for each line"
    for row, (line, answer) in enumerate(zip(lines, together, strict=True)):
        [alone] = read([line], places=PLACES, today=TODAY)
        assert type(alone) is type(answer), "a line is judged by its neighbours"
        if isinstance(answer, Refused):
            assert answer.code in REASONS
            assert alone == Refused(row=0, code=answer.code)
        else:
            assert isinstance(alone, Read)
            _is_sound(answer, row=row)
            assert (alone.nik, alone.resident()) == (answer.nik, answer.resident())


def seeds() -> Iterator[bytes]:
    for number in range(len(LINES) + 1):
        yield bytes((number * 2,)) + b"\n".join(LINES)
        yield bytes((number * 2 + 1, 0, 5, 1))
    yield bytes((0,)) + LINES[0] + b",7,nik"


def _altered(whim: Whim, lines: Sequence[bytes]) -> list[bytes]:
    altered = list(lines)
    while altered and (step := whim.text(3)):
        which, at, odd = step.ljust(3, b"\0")
        line = altered[which % len(altered)]
        place = at % (len(line) + 1)
        altered[which % len(altered)] = line[:place] + ODD[odd % len(ODD)] + line[place + 1 :]
    return altered


def _is_sound(answer: Read, *, row: int) -> None:
    """What PostgreSQL will read of the line is what was checked."""
    who = answer.resident()
    assert who.nik == answer.nik
    assert b"\n" not in answer.line
    assert b"\0" not in answer.line
    [again] = read([answer.line], places=PLACES, today=TODAY)
    assert isinstance(again, Read), f"line {row} is taken and then refused"
    assert again.resident() == who
