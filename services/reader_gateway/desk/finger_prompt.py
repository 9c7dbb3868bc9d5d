"""Asking for fingers while the card lies there; a card that moves ends it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from reader_gateway.ktp.purpose_files import NEEDS, Needs
from reader_gateway.ktp.reading import Reading, not_done
from reader_gateway.ports.fingerprint_match import Matcher, Tries, match_holder

if TYPE_CHECKING:
    from ketuk_events.evidence import Finding


class FingerAsking:
    """For one reader; `matcher` is None where there is no device for it."""

    def __init__(self, *, matcher: Matcher | None) -> None:
        self._matcher = matcher
        self._asking: asyncio.Task[Finding] | None = None

    def needs(self, purpose: str) -> Needs:
        """What to read for a purpose: fingers only where they can be compared."""
        needs = NEEDS[purpose]
        return replace(needs, fingers=needs.fingers and self._matcher is not None)

    def card_moved(self) -> None:
        """No more fingers are asked for."""
        if self._asking is not None:
            self._asking.cancel()

    async def matched(self, reading: Reading, *, purpose: str, show: Callable[[str], None]) -> Reading:
        """The reading with what the holder's finger came to; `show` is told the stage for the board."""
        if not NEEDS[purpose].fingers:
            return reading
        if self._matcher is None:
            return replace(reading, holder=not_done("no-matcher"))
        if not reading.fingers:
            return reading
        show("finger")
        tries = Tries()
        self._asking = asyncio.create_task(
            match_holder(
                reading.fingers,
                matcher=self._matcher,
                tries=tries,
                again=lambda _: show("other-finger"),
            )
        )
        try:
            await asyncio.wait({self._asking})
            finding = tries.so_far() if self._asking.cancelled() else self._asking.result()
        finally:
            self._asking.cancel()
            self._asking = None
        return replace(reading, holder=finding, tries=tries.failed)
