"""An event loop in a thread of its own: the model asks one thing after the other, and waits for each."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Background:
    """Runs coroutines for a caller that blocks."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def begin(self, work: Coroutine[Any, Any, Answer]) -> Future[Answer]:
        """Run beside what the caller does."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def do(self, work: Coroutine[Any, Any, Answer], *, within: float = 30.0) -> Answer:
        """Run to the end. Raises TimeoutError where that takes more seconds than `within`."""
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, within), self._loop).result(within + 5)

    def call(self, what: Callable[[], None]) -> None:
        """Call something that has to be called in the loop."""

        async def called() -> None:
            what()

        self.do(called())

    @contextmanager
    def holding(self, what: AbstractAsyncContextManager[Answer]) -> Iterator[Answer]:
        """Something that is entered and left in the loop."""
        held = self.do(what.__aenter__())
        try:
            yield held
        finally:
            self.do(what.__aexit__(None, None, None))


@contextmanager
def background() -> Iterator[Background]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="model", daemon=True)
    thread.start()
    try:
        yield Background(loop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def until(holds: Callable[[], object], *, what: str, seconds: float = 10.0) -> None:
    """Poll until something holds; fails, saying what did not come about, where that takes too long."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.02)
