"""Adds up what taps told of chips, a little after each tap, so that no report has to."""

import asyncio

from chassis.runtime.health import Pulse
from chassis.runtime.retry import repeat
from chassis.storage.postgres import Pool
from registry.chip_health.store import counting as chip_counting


class Counting:
    """Counts what waits every few seconds; any number of processes may, one at a time does."""

    def __init__(self, *, pool: Pool, look_seconds: float = 5.0) -> None:
        self._pool = pool
        self._look_seconds = look_seconds
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Count until told to stop."""
        await repeat(
            self._count,
            every_seconds=self._look_seconds,
            name="counting",
            stopping=stopping,
            pulse=self.pulse,
        )

    async def _count(self) -> None:
        async with self._pool.acquire() as connection:
            await chip_counting.add_up(connection)
