"""Reads simulated cards sans-I/O, and lays what was said on the radio."""

from collections.abc import Sequence

from bench.card.fewest import FILES, fewest
from bench.card.figures import Course, Figures, Reading
from bench.card.radio import RATES, Exchange, Link, on_the_air
from bench.card.radio import Kind as Type
from reader_gateway.ktp.apdu import response
from reader_gateway.ktp.mutual_authentication import SamSecrets
from reader_gateway.ktp.protocol import ToCard
from reader_gateway.ktp.purpose_files import ALL, NEEDS
from reader_gateway.ktp.read_card import read_card
from reader_gateway.ktp.reading_progress import Course as Found
from simulator.card import KtpCard, Traits
from simulator.issuer import Issuer
from simulator.kinds import Kind, make_card
from simulator.sam import Sam

_READERS_OWN = 0xFF
"""The class of commands that a reader answers itself (PC/SC part 3)."""
_KINDS = {Type.A: Kind.HEALTHY, Type.B: Kind.TYPE_B}
_GIVES_112 = Traits(most_plain=112, most_protected=112, too_much=None)
"""Such a card is read in chunks of 112 bytes from its first answer on, and refuses nothing."""


def measure() -> Figures:
    """Read one card of each type for each purpose, in both sizes of chunks."""
    issuer = Issuer.generate()
    readings = [
        _measured(purpose, kind, _card(kind, issuer), _card(kind, issuer, _GIVES_112), issuer)
        for kind in Type
        for purpose in FILES
    ]
    lengths = _card(Type.A, issuer).lengths
    return Figures(files={f"{file:04X}": lengths[file] for file in sorted(lengths)}, readings=tuple(readings))


def _card(kind: Type, issuer: Issuer, traits: Traits | None = None) -> KtpCard:
    chip = make_card(_KINDS[kind], 1, seed=1, issuer=issuer, other=issuer, traits=traits).chip
    if not isinstance(chip, KtpCard):
        raise TypeError(chip)
    return chip


def _measured(purpose: str, kind: Type, chip: KtpCard, small: KtpCard, issuer: Issuer) -> Reading:
    least = fewest(FILES[purpose], chip.lengths, kind=kind)
    said, sam_commands = read(chip, purpose, issuer=issuer)
    said_in_112, _ = read(small, purpose, issuer=issuer)
    return Reading(
        purpose=purpose,
        type=kind,
        sam_commands=sam_commands,
        file_bytes=sum(chip.lengths[file] for file in FILES[purpose]),
        fewest_commands=len(least),
        fewest_bytes=sum(each.total for each in least),
        largest_chunks=_course(said, kind),
        chunks_of_112=_course(said_in_112, kind),
    )


def _course(said: Sequence[Exchange], kind: Type) -> Course:
    return Course(
        commands=len(said),
        apdu_bytes=sum(each.total for each in said),
        air_bytes=sum(map(on_the_air, said)),
        milliseconds={
            name: round(1000 * sum(map(Link(kind, rate).seconds, said)), 3) for name, rate in RATES.items()
        },
    )


def read(chip: KtpCard, purpose: str, *, issuer: Issuer) -> tuple[list[Exchange], int]:
    """What the gateway and a card say over the radio, and how many commands the SAM gets."""
    secrets = SamSecrets(bytes(16), bytes(32))
    sam = Sam(issuer, pcid=secrets.pcid, conf=secrets.conf)
    dialogue = read_card(needs=NEEDS.get(purpose, ALL), sam=secrets, course=Found())
    said, sam_commands = [], 0
    step = next(dialogue)
    try:
        while True:
            if isinstance(step, ToCard):
                answer = chip.respond(step.command)
                if step.command[0] != _READERS_OWN:
                    said.append(Exchange(len(step.command), len(answer)))
            else:
                answer = sam.respond(step.command)
                sam_commands += 1
            step = dialogue.send(response(answer))
    except StopIteration as end:
        if any(file.state != "read" for file in end.value.files):
            raise ValueError(end.value) from None
        return said, sam_commands
