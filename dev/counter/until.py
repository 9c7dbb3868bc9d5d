"""Waits until something holds, with a bound; asked aside, so that simulated cards go on answering."""

import asyncio
import time
from collections.abc import Callable

_LOOKS_SECONDS = 0.05
_HANGS_SECONDS = 50.0
"""What takes longer will not come, on however busy a machine."""


async def until(holds: Callable[[], bool], *, within: float = _HANGS_SECONDS) -> float:
    """Return the seconds that it took. Raises TimeoutError after `within` seconds."""
    began = time.monotonic()
    while not await asyncio.to_thread(_holds, holds):
        if time.monotonic() - began > within:
            raise TimeoutError(f"did not come within {within} s")
        await asyncio.sleep(_LOOKS_SECONDS)
    return time.monotonic() - began


def _holds(holds: Callable[[], bool]) -> bool:
    try:
        return holds()
    except OSError:
        # the gateway does not answer: it is being started
        return False
