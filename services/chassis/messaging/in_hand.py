"""The batches that a consumer has in hand: in which order they are settled, and whether one has failed."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from chassis.runtime.answered import Lost

Work = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


class InHand:
    """Work on batches, each told by an event when all that were taken on before it are settled."""

    def __init__(self) -> None:
        self._turns: dict[asyncio.Task[None], asyncio.Event] = {}
        self._fewer = asyncio.Event()
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Ends with what the first of them failed with; after that none has its turn any more."""

    def take_on(self, work: Work) -> None:
        """Begin work on a batch."""
        turn = asyncio.Event()
        if not self._turns:
            turn.set()
        task = asyncio.create_task(work(turn))
        self._turns[task] = turn
        task.add_done_callback(self._ended)

    def fail(self, failure: BaseException) -> None:
        """Say that nothing in hand can be settled any more."""
        if not self.failed.done():
            self.failed.set_exception(failure)

    async def fewer(self, at_most: int, *, unless: asyncio.Event) -> None:
        """Wait until no more than so many are in hand, or `unless` is set.

        Raises what one of them failed with.
        """
        while not self.failed.done() and len(self._turns) > at_most and not unless.is_set():
            self._fewer.clear()
            waits = [asyncio.create_task(each.wait()) for each in (self._fewer, unless)]
            ends: list[asyncio.Future[Any]] = [self.failed, *waits]
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waits:
                    each.cancel()
        if self.failed.done():
            self.failed.result()

    async def give_up(self, *, seconds: float) -> None:
        """Cancel what is in hand, and wait for so long; whatever else it fails with follows from that."""
        if not self.failed.cancel():
            self.failed.exception()
        for task in self._turns:
            task.cancel()
        if self._turns:
            await asyncio.wait(self._turns, timeout=seconds)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._turns.pop(task)
        if task.cancelled():
            self.fail(Lost("the broker fell silent"))
        elif (failure := task.exception()) is not None:
            self.fail(failure)
        else:
            for turn in self._turns.values():
                turn.set()
                break
            self._fewer.set()
