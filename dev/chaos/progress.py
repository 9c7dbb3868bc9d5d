"""For how long nothing arrives while cards are tapped."""

import asyncio
import time
from collections.abc import Callable

LOOK_SECONDS = 0.2


class Progress:
    """Watches a number that grows.

    Args:
        received: how many messages arrived so far.
        clock: seconds, monotonic.
    """

    def __init__(self, *, received: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        self._received = received
        self._clock = clock
        self._seen, self._since = received(), clock()
        self.longest_standstill = 0.0
        """Seconds, until the last look."""

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Take note of how many there are now."""
        now, received = self._clock(), self._received()
        self.longest_standstill = max(self.longest_standstill, now - self._since)
        if received != self._seen:
            self._seen, self._since = received, now
