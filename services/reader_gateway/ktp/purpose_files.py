"""Which files a purpose needs; no other is read."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """What is read for a purpose, beside card control and photo, which anyone may read."""

    sam: bool = True
    """Whether the card has to prove itself: then biodata and its signature are read too."""
    fingers: bool = False
    handwriting: bool = False


ALL = Needs(fingers=True, handwriting=True)
"""The whole card: for measuring."""
NEEDS = {
    "chip-check": Needs(sam=False),
    "record": Needs(),
    "identify": Needs(fingers=True),
    "activate": Needs(fingers=True),
}
"""By purpose."""
