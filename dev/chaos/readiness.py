"""Which parts of a run do not answer, and since when."""

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LOOK_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Unready:
    """A part that was not ready when it was last asked."""

    name: str
    seconds: float
    """Since it was first found not ready; it has not been ready in between."""


class Readiness:
    """Asks each part again and again.

    Args:
        asks: for each part, whether it is ready now; each may block for seconds.
        now: a clock.
    """

    def __init__(
        self, *, asks: Mapping[str, Callable[[], bool]], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._asks = asks
        self._now = now
        self._since: dict[str, float] = {}

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Ask each once."""
        for name, is_ready in self._asks.items():
            if is_ready():
                self._since.pop(name, None)
            else:
                self._since.setdefault(name, self._now())

    def unready(self) -> tuple[Unready, ...]:
        """Those that were not ready at the last look, the longest first."""
        now = self._now()
        return tuple(
            Unready(name=name, seconds=now - since)
            for name, since in sorted(self._since.items(), key=lambda each: each[1])
        )


def listens(port: int) -> bool:
    """Whether somebody takes connections on a port of 127.0.0.1."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2.0):
            return True
    except OSError:
        return False
