"""Turns at something costly: few at once, one asker after another, and only so many wait."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from registry.kit.errors import TooOften

_SECONDS = 5.0
"""After which who was refused may ask again."""


class Turns:
    """Each asker's turns come in the order in which they ask, and no asker's wait for all of another's.

    Where too many wait, the newest of the asker who has most waiting is refused.
    """

    def __init__(self, *, at_once: int, most_waiting: int) -> None:
        self._free = at_once
        self._most_waiting = most_waiting
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        """By asker, whose turn is next first."""

    @asynccontextmanager
    async def turn(self, asker: str) -> AsyncIterator[None]:
        """Wait for a turn, which lasts as long as the block. Raises TooOften where too many wait."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(asker)
        try:
            yield
        finally:
            self._next()

    async def _wait(self, asker: str) -> None:
        if sum(map(len, self._waiting.values())) >= self._most_waiting:
            self._make_room(asker)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(asker, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._next()  # it had come just then
            raise

    def _make_room(self, asker: str) -> None:
        most = max(self._waiting, key=lambda each: len(self._waiting[each]))
        if len(self._waiting[most]) <= len(self._waiting.get(asker, ())) + 1:
            raise TooOften("too many wait", seconds=_SECONDS)
        refused = self._waiting[most].pop()
        if not refused.done():
            refused.set_exception(TooOften("too many wait", seconds=_SECONDS))

    def _next(self) -> None:
        """Give the turn to who is next; who has more waiting comes after all others."""
        while self._waiting:
            asker = next(iter(self._waiting))
            waiting = self._waiting.pop(asker)
            turn = waiting.popleft()
            if waiting:
                self._waiting[asker] = waiting
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
