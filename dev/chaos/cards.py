"""The cards of a run: of every kind that can be read without the hand that moves them; each is read once."""

from collections.abc import Sequence

from dev.ledger.expectations import CORE, EXPECTATIONS
from dev.scale.load import read
from dev.stack.secret_files import SecretFiles
from reader_gateway.ktp.reading import Reading
from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard, make_card

_NEED_A_READER = {
    "mute",
    "mute-unproven",
    "removed",
    "removed-at-once",
    "garbage",
    "slow",
    "no-sam",
    "sam-refused",
    "sam-locked",
    "sam-silent",
}
KINDS = tuple(kind for kind in EXPECTATIONS if kind not in _NEED_A_READER)
HEALTHY, OF_THE_TABLE = 30, 3
"""So many cards that are healthy, and of each other kind of the design's table; of the rest one each."""


def cards(*, seed: int, issuer: Issuer) -> list[SimulatedCard]:
    """All of them, in an order of their own."""
    other = Issuer.generate()
    kinds = [kind for kind in KINDS for _ in range(_how_many(kind))]
    return [
        make_card(Kind(kind), number, seed=seed, issuer=issuer, other=other)
        for number, kind in enumerate(kinds)
    ]


def _how_many(kind: str) -> int:
    if kind == "healthy":
        return HEALTHY
    return OF_THE_TABLE if kind in CORE else 1


def readings(made: Sequence[SimulatedCard], *, issuer: Issuer, secrets: SecretFiles) -> list[Reading]:
    """What a reader finds on each, through a SAM of its own."""
    pcid, conf = (bytes.fromhex(secrets.read(name)) for name in ("sam_pcid", "sam_conf"))
    return [read(card, issuer=issuer, pcid=pcid, conf=conf) for card in made]
