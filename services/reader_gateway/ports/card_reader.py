"""The port behind which readers stand: what a slot holds, and the reading of the card in it.

A reader on PC/SC (`pcsc/`) and a terminal on a serial line (`terminal/`) both tell what they hold as
`Sighting`s, and read a card when asked. A desk does not know which it has.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from reader_gateway.ktp.purpose_files import Needs
from reader_gateway.ktp.reading import Reading


class Presence(StrEnum):
    """What a slot holds."""

    EMPTY = "empty"
    CARD = "card"
    MUTE = "mute"
    """Something is there and does not answer a reset."""
    GONE = "gone"
    """The slot itself: unplugged, or pcscd is away."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a slot holds now; `counter` grows with each card that enters or leaves.

    It is pcscd's own count, or that of a terminal's driver.
    """

    slot: str
    presence: Presence
    counter: int
    at: float = field(default=0.0, compare=False)
    """When it was reported, by `time.monotonic`."""


class SlotSilent(Exception):
    """Nothing in the slot answers."""


class SlotGone(SlotSilent):
    """The slot itself is not there any more, or the card daemon is not."""


class SlotTaken(Exception):
    """Another programme has the chip to itself."""


class CardReader(Protocol):
    """One reader, asked by its desk for one reading at a time."""

    async def read(self, sighting: Sighting, *, needs: Needs) -> Reading:
        """Read what is needed of the card that was seen, within a bounded time.

        Raises SlotSilent where the card does not answer at all, SlotGone where the reader is not there,
        SlotTaken where another programme has it.
        """
