"""Is the card in the hand of its holder? A finger is compared with the minutiae that the card gave.

Matching is the fingerprint device's or a matcher's that the institution plugs in (law: FRR at most 3 % at FAR
0.01 %); here its words become one finding. At most four tries, then access is denied.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

from ketuk_events.evidence import Finding
from ketuk_events.outcomes import TERMINAL_SAYS

TRIES = 4
"""Fingers that do not match, after which no other is asked for."""
POOR_TOUCHES = 4
"""Touches too poor to compare, after which the officer is told to look at the device."""


class Touch(StrEnum):
    """What a fingerprint device says of one touch."""

    MATCH = "match"
    NO_MATCH = "no-match"
    POOR = "poor-quality"
    ABSENT = "no-finger"
    """Nobody touched it in time."""
    FAKE = "fake-finger"
    TERMINAL_SAYS = "terminal-says"
    """It matches, says a device that read the minutiae itself: nobody else saw what was compared."""


class MatcherAway(Exception):
    """The matcher cannot be asked, or does not answer what it should."""


class Matcher(Protocol):
    """A fingerprint device with its matcher."""

    async def touch(self, fingers: Sequence[bytes]) -> Touch:
        """Wait for one touch and compare it with what a reading has as `fingers`; any may match.

        Raises MatcherAway.
        """


class Tries:
    """The touches of one holder."""

    def __init__(self) -> None:
        self.failed = 0
        """Touches that did not match."""
        self._poor = 0

    def so_far(self) -> Finding:
        """What to say where no further touch comes."""
        if self.failed:
            return Finding(result="failed", code="no-match")
        return Finding(result="not-done", code="poor-quality" if self._poor else "no-finger")

    def take(self, touch: Touch) -> Finding | None:
        """What one more touch comes to; None: ask for another."""
        match touch:
            case Touch.MATCH:
                return Finding(result="passed", code="ok")
            case Touch.TERMINAL_SAYS:
                return Finding(result="passed", code=TERMINAL_SAYS)
            case Touch.FAKE:
                return Finding(result="failed", code="fake-finger")
            case Touch.ABSENT:
                return self.so_far()
            case Touch.NO_MATCH:
                self.failed += 1
                return Finding(result="failed", code="tries-used-up") if self.failed == TRIES else None
            case Touch.POOR:
                self._poor += 1
                return self.so_far() if self._poor == POOR_TOUCHES else None


async def match_holder(
    fingers: Sequence[bytes], *, matcher: Matcher, tries: Tries, again: Callable[[Touch], None]
) -> Finding:
    """Ask for touches until one decides; `again` is told why another is asked for."""
    while True:
        try:
            touch = await matcher.touch(fingers)
        except MatcherAway:
            return tries.so_far() if tries.failed else Finding(result="not-done", code="no-matcher")
        finding = tries.take(touch)
        if finding is not None:
            return finding
        again(touch)
