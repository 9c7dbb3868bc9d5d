"""Fuzz target: any biodata text is taken apart or not, and no check stumbles over it."""

from collections.abc import Iterator

import msgspec

from ketuk_events.evidence import Person
from ketuk_events.outcomes import Outcome
from simulator import biodata as written
from simulator.residents import resident
from tests.fuzz.whim import Whim
from tests.unit.verification.given import TAP, asked, case, evidence
from verification.rules.biodata import NAMES, attributes
from verification.rules.verdict import judge

LONGEST = 4_096
"""Bytes that a gateway reads of EF 6FF1."""
AS_IT_IS = 0
"""The first byte of an input whose rest is the text; another one's rest edits a resident's fields."""
ODD = ("", "0", "-", '"', '""', ",", "\n", "\r", "\0", "²", "٣", "Ⅷ", "\ufffd", "\u2028", "é", " ", "A" * 99)


def once(raw: bytes) -> None:
    whim = Whim(raw)
    text = _edited(whim) if whim.number() else raw[1 : LONGEST + 1].decode("utf-8", errors="replace")
    known = attributes(text)
    assert set(known) in (set(), set(NAMES.values()))
    assert sum(map(len, known.values())) <= len(text)
    person = Person(tap=TAP, asked=asked(), attributes=known)
    assert msgspec.json.decode(msgspec.json.encode(person), type=Person) == person
    assert judge(case(evidence(biodata=text))).outcome in set(Outcome)


def _edited(whim: Whim) -> str:
    fields = list(FIELDS)
    while edits := whim.text(3):
        place, at, odd = edits.ljust(3, b"\0")
        field = fields[place % len(fields)]
        at %= len(field) + 1
        fields[place % len(fields)] = field[:at] + ODD[odd % len(ODD)] + field[at + 1 :]
    return written.write(fields).decode()


FIELDS = resident(1, seed=1).fields


def seeds() -> Iterator[bytes]:
    for number in range(8):
        yield bytes((AS_IT_IS,)) + written.write(resident(number, seed=1).fields)
    yield bytes((AS_IT_IS,)) + b'"","'
    yield bytes((AS_IT_IS,)) + b",".join([b'""'] * 21)
    yield bytes((1, 0, 0, 1))
