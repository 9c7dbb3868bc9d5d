"""The threads that watch readers, as one part of the gateway."""

import asyncio
from collections.abc import Sequence

from chassis.runtime.health import Pulse
from chassis.runtime.process import pause
from reader_gateway.pcsc.slot_monitor import Watch
from reader_gateway.terminal.driver import Terminal

_LOOK_SECONDS = 1.0


class Watching:
    """Starts the watches and stops them; ends where a thread of theirs does, which nobody else would tell."""

    def __init__(self, *, watches: Sequence[Watch | Terminal], over: asyncio.Event) -> None:
        """`over` is set when all have stopped: nothing is seen any more."""
        self._watches = watches
        self._over = over
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Watch until told to stop."""
        for watch in self._watches:
            watch.start()
        self.pulse.up()
        while not stopping.is_set():
            await pause(_LOOK_SECONDS, stopping=stopping)
            if not all(watch.is_alive for watch in self._watches):
                break
        await asyncio.gather(*(watch.stop() for watch in self._watches))
        self._over.set()
