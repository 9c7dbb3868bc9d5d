"""A terminal without a reader: carries out a dialogue with simulated chips, and interferes where told."""

from collections.abc import Callable

from reader_gateway.ktp.apdu import Response, response
from reader_gateway.ktp.mutual_authentication import SamSecrets
from reader_gateway.ktp.protocol import ToCard, ToSam
from reader_gateway.ktp.purpose_files import NEEDS, Needs
from reader_gateway.ktp.read_card import read_card
from reader_gateway.ktp.reading import Reading
from reader_gateway.ktp.reading_progress import Course
from simulator.card import Traits
from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard, make_card
from simulator.sam import Sam

ISSUER, OTHER = Issuer.generate(), Issuer.generate()
PCID, CONF = bytes(range(16)), bytes(range(32))
SECRETS = SamSecrets(PCID, CONF)

Step = ToCard | ToSam
Interfere = Callable[[int, Step, Response], Response | Exception]


def card(kind: Kind, *, number: int = 1, traits: Traits | None = None) -> SimulatedCard:
    return make_card(kind, number, seed=1, issuer=ISSUER, other=OTHER, traits=traits)


def as_it_is(_: int, __: Step, answer: Response) -> Response:
    return answer


def read(
    tapped: SimulatedCard, *, needs: Needs = NEEDS["record"], interfere: Interfere = as_it_is
) -> tuple[Reading, list[Step]]:
    """The reading of a card, and the steps that it took."""
    tapped.chip.reset()
    sam = Sam(ISSUER, pcid=PCID, conf=CONF)
    dialogue = read_card(needs=needs, sam=SECRETS, course=Course())
    steps = [next(dialogue)]
    try:
        while True:
            step = steps[-1]
            answer = response((tapped.chip if isinstance(step, ToCard) else sam).respond(step.command))
            said = interfere(len(steps) - 1, step, answer)
            steps.append(dialogue.send(said) if isinstance(said, Response) else dialogue.throw(said))
    except StopIteration as end:
        reading: Reading = end.value
        return reading, steps
