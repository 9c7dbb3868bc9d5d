"""The life of a service process: start, run until told to stop, finish what is held, end."""

import asyncio
import gc
import platform
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog
import uvloop

from chassis.runtime.failure_reasons import Unfit
from chassis.runtime.parts import PartEnded
from chassis.runtime.versions import PYTHON

GRACE_SECONDS = 20.0
"""How long a stopping service may take to finish what it holds; the rest is left to the others."""


class Refused(Exception):
    """The service must not start like this; `str()` is one line that says why and what to do."""


def live(
    serve: Callable[[asyncio.Event], Awaitable[None]], *, python: str = platform.python_version()
) -> None:
    """Run `serve(stopping)` until it returns; SIGTERM and SIGINT set `stopping`.

    What is imported by now is never gone through for garbage again: nobody's answer waits for that.

    Exits with 2 and one line where this `python` is not supported or `serve` raises Refused, and with 1
    where it raises PartEnded.
    """
    gc.collect()
    gc.freeze()
    gc.enable()
    try:
        _check(python)
        uvloop.run(_live(serve, python=python))
    except PartEnded:
        raise SystemExit(1) from None  # the log says which and why, without what the failure quotes
    except Refused as why:
        sys.stderr.write(f"{why}\n")
        raise SystemExit(2) from None


def _check(python: str) -> None:
    try:
        PYTHON.check(python)
    except Unfit as why:
        raise Refused(str(why)) from None


async def _live(serve: Callable[[asyncio.Event], Awaitable[None]], *, python: str) -> None:
    log = structlog.get_logger()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_say)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    serving = asyncio.ensure_future(serve(stopping))
    told = asyncio.create_task(stopping.wait())
    log.info("started", python=python)
    await asyncio.wait({serving, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    try:
        await asyncio.wait_for(serving, GRACE_SECONDS)
    except TimeoutError:
        log.warning("stopped before all was finished", seconds=GRACE_SECONDS)
    log.info("stopped")


def _say(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """As asyncio's own, which shows a task with what its failure says; that may quote personal data."""
    structlog.get_logger(part="asyncio").error(context["message"], exc_info=context.get("exception"))


async def pause(seconds: float, *, stopping: asyncio.Event) -> None:
    """Wait for a time, or less where the service is told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)
