"""Health: each resource registers its own ping; a blip does not flip readiness."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from msgspec import Struct

from chassis.runtime.failure_reasons import words

PING_SECONDS = 2.0


class Sick(Exception):
    """What a ping raises; `str()` says why in words for the operator."""


class Degraded(Sick):
    """What a ping raises where its part works, though not all of it: said in `/readyz`, which stays ready."""


class Pulse:
    """Whether a long-running part (a consumer, a relay, a reader's watch) is connected and at work."""

    def __init__(self) -> None:
        self._why: str | None = "not started yet"
        self._but: str | None = None

    @property
    def is_up(self) -> bool:
        """Whether the part is at work now."""
        return self._why is None

    @property
    def why(self) -> str | None:
        """Why the part waits; None while it is at work."""
        return self._why

    @property
    def but(self) -> str | None:
        """What the part cannot do, though it is at work; None where that is nothing."""
        return self._but if self.is_up else None

    def up(self, *, but: str | None = None) -> None:
        """Say that the part is at work; `but`: what it cannot do."""
        self._why, self._but = None, but

    def down(self, why: str) -> None:
        """Say that the part waits, and why."""
        self._why = why

    async def ping(self) -> None:
        """Raise Sick while the part is down, and Degraded while there is something that it cannot do."""
        if self._why is not None:
            raise Sick(self._why)
        if self._but is not None:
            raise Degraded(self._but)


class Readiness(Struct, frozen=True, kw_only=True):
    """The answer of `/readyz`."""

    ready: bool
    resources: dict[str, str]
    """By name: `ok`, or why not."""


class Health:
    """The resources of one service.

    Args:
        blip_seconds: for how long a resource that was well may fail before the service is not ready.
    """

    def __init__(self, *, blip_seconds: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._pings: dict[str, Callable[[], Awaitable[None]]] = {}
        self._last_well: dict[str, float] = {}
        self._blip_seconds = blip_seconds
        self._clock = clock

    def register(self, name: str, ping: Callable[[], Awaitable[None]]) -> None:
        """Add a resource; its ping returns when it is well and raises when not."""
        self._pings[name] = ping

    async def look(self) -> Readiness:
        """Ping all resources at once."""
        pinged = dict(
            zip(self._pings, await asyncio.gather(*map(self._ping, self._pings.values())), strict=True)
        )
        now = self._clock()
        self._last_well.update({name: now for name, (works, _) in pinged.items() if works})
        sick = [
            name
            for name, (works, _) in pinged.items()
            if not works and now - self._last_well.get(name, float("-inf")) > self._blip_seconds
        ]
        return Readiness(ready=not sick, resources={name: word for name, (_, word) in pinged.items()})

    @staticmethod
    async def _ping(ping: Callable[[], Awaitable[None]]) -> tuple[bool, str]:
        """Whether the resource works, and in words how it is."""
        try:
            await asyncio.wait_for(ping(), PING_SECONDS)
        except Degraded as why:
            return True, str(why)
        except Sick as why:
            return False, str(why)
        except Exception as failure:  # noqa: BLE001  whatever a ping raises means that its resource is unwell
            return False, words(failure)
        return True, "ok"
