"""Patience: what depends on a broker or a database tries again until that is back."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import aio_pika.exceptions
import asyncpg
import structlog

from chassis.runtime.answered import Lost, is_asked_to_end
from chassis.runtime.failure_reasons import words
from chassis.runtime.health import Pulse
from chassis.runtime.process import pause

_OF_THE_MESSAGE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""SQLSTATE classes 22 and 23: all that a database says of what it was given rather than of itself."""

TRANSIENT: tuple[type[BaseException], ...] = (
    OSError,  # includes ConnectionError and TimeoutError
    MemoryError,
    aio_pika.exceptions.AMQPError,
    aio_pika.exceptions.ChannelInvalidStateError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a statement may come to on a connection whose server was just killed
    *(kind for kind in asyncpg.PostgresError.__subclasses__() if kind not in _OF_THE_MESSAGE),
)
"""Failures of a dependency rather than of the work: they pass by themselves."""

_WAITED_OUT: tuple[type[BaseException], ...] = (*TRANSIENT, asyncio.CancelledError)
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0


async def persist(
    attempt: Callable[[], Awaitable[None]], *, name: str, stopping: asyncio.Event, pulse: Pulse
) -> None:
    """Run `attempt` until it returns or the service stops; a transient failure is waited out.

    `pulse` is down while it fails; the attempt itself says when it is up. Any other exception is raised. A
    cancellation that nobody asked for is a lost connection (see `answered`).
    """
    log = structlog.get_logger(part=name)
    wait = _FIRST_PAUSE
    while not stopping.is_set():
        failure: BaseException
        try:
            return await attempt()
        except _WAITED_OUT as raised:
            failure = raised
            if isinstance(raised, asyncio.CancelledError):
                if is_asked_to_end():
                    raise
                failure = Lost("the broker fell silent")
            if pulse.is_up:
                wait = _FIRST_PAUSE
            pulse.down(why := words(failure))
            log.warning("waits", because=why, seconds=round(wait, 1))
            await pause(wait * random.uniform(0.8, 1.2), stopping=stopping)  # noqa: S311  spreads retries, no secret
            wait = min(wait * 2, _LONGEST_PAUSE)
    return None


async def repeat(
    work: Callable[[], Awaitable[object]],
    *,
    every_seconds: float,
    name: str,
    stopping: asyncio.Event,
    pulse: Pulse,
) -> None:
    """Do `work` again and again, with a pause between, until the service stops; otherwise as `persist`."""

    async def rounds() -> None:
        while not stopping.is_set():
            await work()
            pulse.up()
            await pause(every_seconds, stopping=stopping)

    await persist(rounds, name=name, stopping=stopping, pulse=pulse)
