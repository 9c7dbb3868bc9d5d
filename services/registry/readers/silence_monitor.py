"""Notices within two beats that a gateway, and with it its readers, says nothing any more."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

from chassis.runtime.health import Pulse
from chassis.runtime.process import pause
from chassis.runtime.retry import persist
from registry.audit.unit_of_work import Office
from registry.readers.store import readers
from registry.readers.tracking import Following

LOOKS_IN_A_BEAT = 15


def silent_after(beat_seconds: float) -> timedelta:
    """How long a gateway may say nothing.

    A little less than two beats: what is left is for looking, so that silence is announced within two.
    """
    return timedelta(seconds=beat_seconds * 11 / 6)


class Silence:
    """Looks at all gateways again and again; any number of processes may.

    Only a process that hears calls others silent: after a start, or when broker or database were away, it
    first listens for as long as a gateway may say nothing.

    Args:
        office: whose gateways.
        following: what becomes of their readers.
        hears: is up while this process takes what gateways say.
        beat_seconds: how often they say something.
        clock: in seconds.
    """

    def __init__(
        self,
        *,
        office: Office,
        following: Following,
        hears: Pulse,
        beat_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._office = office
        self._following = following
        self._hears = hears
        self._beat_seconds = beat_seconds
        self._clock = clock
        self._heard_since: float | None = None
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Look until told to stop."""

        async def look() -> None:
            self._heard_since = None
            while not stopping.is_set():
                if self.may_tell():
                    await self._look()
                self.pulse.up()
                await pause(self._beat_seconds / LOOKS_IN_A_BEAT, stopping=stopping)

        await persist(look, name="silence", stopping=stopping, pulse=self.pulse)

    def may_tell(self) -> bool:
        """Whether this process has listened for long enough; to be asked at every look."""
        if not self._hears.is_up:
            self._heard_since = None
            return False
        if self._heard_since is None:
            self._heard_since = self._clock()
        return self._clock() - self._heard_since >= silent_after(self._beat_seconds).total_seconds()

    async def _look(self) -> None:
        region = self._office.region
        async with self._office.pool.acquire() as connection:
            found = await self._following.behind(connection)
        for gateway in found:
            async with self._office.deciding() as connection:
                await readers.lock(connection, region=region, gateway=gateway)
                await self._following.follow(connection, [gateway])
