"""Waiting for work."""

import asyncio
from contextlib import suppress


async def first_of(*events: asyncio.Event, seconds: float) -> None:
    """Return when one of the events is set, or after a time."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        with suppress(TimeoutError):
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waits:
            each.cancel()
