"""Fuzz target: any bytes from a serial line are answers or none, and none of them is taken for a proof."""

from collections.abc import Iterator
from itertools import cycle

from ketuk_events.outcomes import TERMINAL_SAYS
from reader_gateway.ktp.purpose_files import NEEDS
from reader_gateway.ktp.reading import Reading
from reader_gateway.ports.card_reader import Presence
from reader_gateway.terminal.codes import Failed
from reader_gateway.terminal.protocol import LONGEST_ANSWER, Answer, Decoder, decode
from reader_gateway.terminal.reading import Operator, Seen, read_card
from simulator import biodata
from simulator.residents import resident
from tests.fuzz.whim import Whim

MOST_QUESTIONS = 20
OPERATOR = Operator(name="petugas", nik="3372990101010001")


def once(raw: bytes) -> None:
    whim = Whim(raw)
    at, purpose = whim.number(), tuple(NEEDS)[whim.number(len(NEEDS))]
    line = raw[2:]
    decoder = Decoder()
    answers = [*decoder.feed(line[:at]), *decoder.feed(line[at:])]
    assert answers == list(decode(line)), "it matters how the bytes arrive"
    assert sum(len(answer.payload) for answer in answers) <= min(len(line), LONGEST_ANSWER * len(answers))
    if not answers:
        return
    try:
        reading = _read(answers, purpose)
    except Failed:
        return
    assert reading.answer
    word = reading.authentication
    assert word.result != "passed" or (word.code == TERMINAL_SAYS and reading.biodata is not None)
    assert reading.signature.result != "passed"
    assert reading.uid is None
    assert not reading.proves_the_reader or reading.biodata is not None


def _read(answers: list[Answer], purpose: str) -> Reading:
    seen = Seen(presence=Presence.CARD, fingers=(b"RI",))
    conversation = read_card(seen=seen, needs=NEEDS[purpose], operator=OPERATOR)
    given = cycle(answers)
    next(conversation)
    for _ in range(MOST_QUESTIONS):
        try:
            conversation.send(next(given))
        except StopIteration as end:
            reading: Reading = end.value
            return reading
    raise AssertionError("it asks without end")


def seeds() -> Iterator[bytes]:
    text = biodata.write(resident(1, seed=1).fields)
    for payload in (
        b"poll#34,34,19,0",
        b"poll#34,27,19,0",
        b"demog#" + text,
        b"demog#error,-1",
        b"put#KTP,RI,LI",
    ):
        yield bytes(2) + b"$" + payload + b"#;"
    yield bytes((9, 1)) + b"$poll#34,34,0,0#;$demog#" + text + b"#;$finger#Y#;"
    yield bytes(2) + b"$demog#$demog#;;$poll#;#;"
