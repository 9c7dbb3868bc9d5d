"""What it is like on a link now."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum

from dev.faults.frames import inside


class Weather(StrEnum):
    """How a link is."""

    FAIR = "fair"
    BLACK_HOLE = "black hole"
    """What is sent arrives nowhere, and nobody is told."""
    SLOW = "slow"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """What passes next ends inside a frame, about at a share of it, and the connection ends there."""

    share: float
    upwards: bool
    """From the client to the server, or the other way."""


@dataclass(kw_only=True, slots=True)
class Conditions:
    """Shared by a link and the connections through it."""

    slow_seconds: float
    """For how long each small piece is held while the link is slow."""
    weather: Weather = Weather.FAIR
    passable: asyncio.Event = field(default_factory=asyncio.Event)
    """Unless set, a new connection gets nowhere."""
    swallows_from: int | None = None
    """A connection loses everything, both ways, from its client's next frame after so many on."""
    cut: Cut | None = None
    cuts: int = 0
    """So often was cut inside a frame."""

    def loses(self, frames: int, *, upwards: bool) -> bool:
        """Whether a connection whose client has said so many frames loses what comes next."""
        from_now_on = upwards and self.swallows_from is not None and frames >= self.swallows_from
        return from_now_on or self.weather is Weather.BLACK_HOLE

    def passes(self, data: bytes, ends: list[int], *, upwards: bool) -> tuple[bytes, bool]:
        """How much of the data arrives, and whether the connection is cut there.

        `ends`: the places in it where a frame ends.
        """
        if self.cut is None or self.cut.upwards is not upwards:
            return data, False
        place = inside(data, ends, share=self.cut.share)
        if place is None:
            return data, False
        self.cut = None
        self.cuts += 1
        return data[:place], True
