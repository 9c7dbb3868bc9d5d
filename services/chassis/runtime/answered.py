"""Requests to the broker: each is answered within a bound, or its connection counts as lost."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

Answer = TypeVar("Answer")

REQUEST_SECONDS = 20.0


class Lost(ConnectionError):
    """The connection on which an answer was to come is gone."""


async def answered(request: Awaitable[Answer]) -> Answer:
    """What the broker answers to a request.

    Every request is awaited so. aiormq cancels what waits on a connection whose other end fell silent, and a
    task that passes that on would end as if somebody had asked for it.

    Raises TimeoutError where no answer comes, and Lost where aiormq gives the connection up meanwhile.
    """
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            return await request
    except asyncio.CancelledError as cancelled:
        if is_asked_to_end():
            raise
        raise Lost("the broker fell silent") from cancelled


def is_asked_to_end() -> bool:
    """Whether the task that asks was cancelled; if not, a CancelledError in it is a library's own."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
