"""The parts of a service: all run at once, and one that ends unasked ends the service.

Whoever runs the service starts it again. One that went on without a part would look well and not be.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol

import structlog

from chassis.runtime.failure_reasons import places
from chassis.runtime.health import Health, Pulse

Run = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
Ping = Callable[[], Awaitable[None]]
_FRAMES = 12


class Part(Protocol):
    """Runs for as long as its service does."""

    pulse: Pulse

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop."""


class PartEnded(Exception):
    """A part failed, or ended before the service was told to stop; the log says why."""


class Parts:
    """What a service consists of, by name; `/readyz` says of each whether it is at work."""

    def __init__(self, *, health: Health) -> None:
        self._health = health
        self._runs: dict[str, Run] = {}
        self._pulses: dict[str, Pulse] = {}
        self._once: set[str] = set()

    @property
    def names(self) -> tuple[str, ...]:
        """Of all parts, in the order in which they were added."""
        return tuple(self._runs)

    def add(self, name: str, run: Run, *, pulse: Pulse, ping: Ping | None = None, once: bool = False) -> None:
        """Add a part, which runs until it is told to stop.

        Args:
            name: in the log and in `/readyz`.
            run: the part; it is given what tells it to stop.
            pulse: whether it is at work.
            ping: says more of that than the pulse.
            once: it may end when it has done its work.
        """
        self._runs[name] = run
        self._pulses[name] = pulse
        if once:
            self._once.add(name)

        async def look() -> None:
            # a part that is no more has not been asked
            await pulse.ping()
            if ping is not None:
                await ping()

        self._health.register(name, look)

    def add_endless(
        self, name: str, work: Callable[[], Coroutine[Any, Any, None]], *, until: asyncio.Event
    ) -> None:
        """Add a part that works without an end; it is cancelled when `until` is set."""
        pulse = Pulse()

        async def run(_: asyncio.Event) -> None:
            pulse.up()
            working, told = asyncio.ensure_future(work()), asyncio.ensure_future(until.wait())
            try:
                await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()
            finally:
                for each in (working, told):
                    each.cancel()
                await asyncio.gather(working, told, return_exceptions=True)

        self.add(name, run, pulse=pulse)

    async def run(self, stopping: asyncio.Event) -> None:
        """Run all until told to stop. Raises PartEnded where one fails or ends before that."""
        running = {asyncio.create_task(run(stopping), name=name): name for name, run in self._runs.items()}
        try:
            while running:
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    self._ended(running.pop(task), task, stopping=stopping)
        finally:
            for task in running:
                task.cancel()
            if running:
                await asyncio.wait(running)
            for task in running:
                with suppress(asyncio.CancelledError):
                    task.exception()

    def _ended(self, name: str, task: "asyncio.Task[None]", *, stopping: asyncio.Event) -> None:
        failure = None if task.cancelled() else task.exception()
        if failure is None and (stopping.is_set() or (name in self._once and not task.cancelled())):
            return
        self._pulses[name].down("it has ended")
        structlog.get_logger(part=name).error(
            "part ended",
            because="cancelled" if task.cancelled() else type(failure).__name__ if failure else "returned",
            at=[] if failure is None else places(failure)[-_FRAMES:],
        )
        raise PartEnded(name)
