"""Blocking work beside the event loop, which may never return: a driver that hangs takes nothing with it."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Answer = TypeVar("Answer")


async def aside(work: Callable[[], Answer], *, name: str) -> Answer:
    """What `work` returns or raises, run in a thread of its own.

    Whoever stops waiting leaves the thread behind. It ends when the work returns, and with the process at the
    latest: an executor's thread would be waited for at the end of the process.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Answer] = loop.create_future()

    def tell(answer: Answer | None, failure: BaseException | None) -> None:
        if done.done():
            return
        if failure is not None:
            done.set_exception(failure)
        else:
            done.set_result(answer)  # type: ignore[arg-type]

    def run() -> None:
        answer, failure = None, None
        try:
            answer = work()
        except BaseException as why:  # noqa: BLE001  whoever waits is told, whatever it is
            failure = why
        with suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(tell, answer, failure)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await done
