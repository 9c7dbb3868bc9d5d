"""Real evidence in bulk: cards are read once each, sans-I/O, and every tap of them is sealed anew."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice

from chassis.crypto.sealing import Sealer, private_key, public_key
from dev.demo.services import COUNTERS
from dev.stack.secret_files import REGION, SecretFiles
from ketuk_events.asked import Asked
from ketuk_events.events import Wire
from reader_gateway.bus.message_factory import Speaker
from reader_gateway.ktp.apdu import response
from reader_gateway.ktp.mutual_authentication import SamSecrets
from reader_gateway.ktp.protocol import ToCard
from reader_gateway.ktp.purpose_files import NEEDS
from reader_gateway.ktp.read_card import read_card
from reader_gateway.ktp.reading import Reading
from reader_gateway.ktp.reading_progress import Course
from reader_gateway.tap.tap import Tap, new_tap_id
from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard, make_card
from simulator.sam import Sam

CARDS = 50
COUNTER = COUNTERS[0]


def healthy_cards(issuer: Issuer) -> list[SimulatedCard]:
    """Some cards, of different invented residents."""
    return [make_card(Kind.HEALTHY, number, seed=1, issuer=issuer, other=issuer) for number in range(CARDS)]


def taps(secrets: SecretFiles, cards: Sequence[SimulatedCard], *, issuer: Issuer, count: int) -> list[Wire]:
    """`card.read` messages of different taps, as the first counter's gateway would send them."""
    folder = f"gateway-{COUNTER.gateway}"
    speaker = Speaker(
        region=REGION,
        gateway=COUNTER.gateway,
        epoch=1,
        sealer=Sealer(
            sender=f"{REGION}.{COUNTER.gateway}",
            identity=private_key(secrets.read(f"{folder}/ketuk_identity_key")),
            recipient=public_key(secrets.read(f"{folder}/ketuk_verification_public_key")),
        ),
    )
    pcid, conf = (bytes.fromhex(secrets.read(name)) for name in ("sam_pcid", "sam_conf"))
    readings = [read(card, issuer=issuer, pcid=pcid, conf=conf) for card in cards]
    return [_said(speaker, reading) for reading in islice(cycle(readings), count)]


def _said(speaker: Speaker, reading: Reading) -> Wire:
    now = datetime.now(UTC)
    asked = Asked(
        region=REGION,
        gateway=COUNTER.gateway,
        reader=COUNTER.reader,
        place=COUNTER.place,
        institution=COUNTER.gateway,
        officer="petugas",
        purpose="record",
    )
    tap = Tap(id=new_tap_id(now), asked=asked, began=now - timedelta(milliseconds=500), counter=1)
    return speaker.read(tap, reading, proven=True, now=now)


def read(card: SimulatedCard, *, issuer: Issuer, pcid: bytes, conf: bytes) -> Reading:
    """What the purpose `record` reads of a card through a SAM of its own."""
    sam = Sam(issuer, pcid=pcid, conf=conf)
    dialogue = read_card(needs=NEEDS["record"], sam=SamSecrets(pcid, conf), course=Course())
    step = next(dialogue)
    try:
        while True:
            chip = card.chip if isinstance(step, ToCard) else sam
            step = dialogue.send(response(chip.respond(step.command)))
    except StopIteration as end:
        reading: Reading = end.value
        return reading


def batches(wires: Sequence[Wire], size: int) -> Iterator[Sequence[Wire]]:
    """In parts of a size."""
    for begin in range(0, len(wires), size):
        yield wires[begin : begin + size]
