"""One whole reading of a card whose answers, and whose SAM's answers, a fuzzer meddles with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from reader_gateway.ktp.apdu import Garbage, Response, response
from reader_gateway.ktp.protocol import SamBroken, ToCard, ToSam
from reader_gateway.ktp.purpose_files import ALL, NEEDS, Needs
from reader_gateway.ktp.read_card import read_card
from reader_gateway.ktp.reading import Reading
from reader_gateway.ktp.reading_progress import Course
from simulator.card import Traits
from simulator.chip import Chip
from simulator.kinds import Kind, SimulatedCard
from simulator.sam import Sam
from tests.fuzz.mischief import Hangs, Meddler, Step
from tests.fuzz.whim import Whim
from tests.unit.reader_gateway.terminal import CONF, ISSUER, PCID, SECRETS, card, read

MOST_STEPS = 7_000
"""More than the longest photo, four other files and the signature's check take in the smallest chunks."""
PURPOSES: tuple[tuple[str, Needs], ...] = (("record", ALL), *NEEDS.items())
"""The first: with every file, as for measuring."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A step, and what the gateway was told."""

    step: Step
    told: Response | Exception

    @property
    def succeeded(self) -> bool:
        return isinstance(self.told, Response) and self.told.is_success


@dataclass(frozen=True, kw_only=True, slots=True)
class HostileReading:
    """What came of it."""

    purpose: str
    card: SimulatedCard
    genuine: Reading
    """What the card holds."""
    reading: Reading
    said: list[Said]
    sam_was_honest: bool


@cache
def cards() -> tuple[tuple[SimulatedCard, Reading], ...]:
    """The cards to choose from, and what each holds, read in peace."""
    kinds = [
        Kind.HEALTHY,
        Kind.TYPE_B,
        Kind.TYPE_B_OTHER,
        Kind.SHORT_CONTROL,
        Kind.SMALL_CHUNKS,
        Kind.PHOTO_COPIED,
        Kind.DATA_ALTERED,
        Kind.WRONG_ISSUER,
        Kind.DAMAGED_FILE,
        Kind.DAMAGED_BIODATA,
        Kind.MALFORMED_BIODATA,
        Kind.FILE_CARD,
        Kind.GARBAGE,
    ]
    traits = [
        Traits(most_plain=112, most_protected=0x60, too_much=bytes.fromhex("6C00")),
        Traits(most_plain=16, most_protected=16, too_much=None),
        Traits(past_the_end=bytes.fromhex("6B00")),
    ]
    made = [card(kind) for kind in kinds] + [card(Kind.HEALTHY, traits=each) for each in traits]
    return tuple((each, read(each, needs=ALL)[0]) for each in made if each.kind is not Kind.GARBAGE)


def read_against(raw: bytes) -> HostileReading:
    """A reading that goes as the fuzzer's bytes want it. Raises whatever the gateway raises."""
    whim = Whim(raw)
    tapped, genuine = cards()[whim.number(len(cards()))]
    purpose, needs = PURPOSES[whim.number(len(PURPOSES))]
    tapped.chip.reset()
    sam = Sam(ISSUER, pcid=PCID, conf=CONF)
    meddler = Meddler(whim)
    said: list[Said] = []
    return HostileReading(
        purpose=purpose,
        card=tapped,
        genuine=genuine,
        reading=_read(needs, meddler, {ToCard: tapped.chip, ToSam: sam}, said),
        said=said,
        sam_was_honest=ToSam not in meddler.met,
    )


def _read(needs: Needs, meddler: Meddler, chips: Mapping[type[Step], Chip], said: list[Said]) -> Reading:
    course = Course()
    dialogue = read_card(needs=needs, sam=SECRETS, course=course)
    step = next(dialogue)
    while True:
        course.asks(step)
        told = _as_told(step, meddler.told(step, chips[type(step)].respond(step.command)))
        said.append(Said(step=step, told=told))
        assert len(said) < MOST_STEPS, "the reading does not end"
        if isinstance(told, Hangs):
            return course.given_up()
        try:
            step = dialogue.send(told) if isinstance(told, Response) else dialogue.throw(told)
        except StopIteration as end:
            reading: Reading = end.value
            return reading


def _as_told(step: Step, given: bytes | Exception) -> Response | Exception:
    """As whoever carries out a dialogue puts it."""
    if isinstance(given, Exception):
        return given
    try:
        return response(given)
    except Garbage as garbage:
        return garbage if isinstance(step, ToCard) else SamBroken()
