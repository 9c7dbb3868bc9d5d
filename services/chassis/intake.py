"""The intake of a consumer: deliveries as they arrive, one at a time first, then in batches.

A fresh consumer takes a single message at a time until one arrives that was never delivered before.
A message that kills its consumer is redelivered first, so it dies alone and takes no innocent along.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue


class Intake:
    """The deliveries of one queue on one channel."""

    def __init__(
        self, *, channel: AbstractChannel, queue: AbstractQueue, at_most: int, stopping: asyncio.Event
    ) -> None:
        self._channel = channel
        self._queue = queue
        self._at_most = at_most
        self._arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self._told = asyncio.create_task(stopping.wait())
        self._gone = asyncio.ensure_future(channel.closed())
        self._tag = ""
        self._narrow = True

    async def next(self) -> list[AbstractIncomingMessage]:
        """What has arrived, at least one: a lone message waits for no company. Empty when told to stop.

        Raises ConnectionError when the channel is gone.
        """
        first = asyncio.create_task(self._arrived.get())
        await asyncio.wait({first, self._gone, self._told}, return_when=asyncio.FIRST_COMPLETED)
        if self._told.done() or self._gone.done():
            first.cancel()
            if self._told.done():
                return []
            raise ConnectionError("the channel was closed")
        batch = [first.result()]
        while len(batch) < self._at_most and not self._arrived.empty():
            batch.append(self._arrived.get_nowait())
        if self._narrow and not batch[0].redelivered:
            await self._widen()
        return batch

    async def _take(self, *, prefetch: int) -> str:
        await self._channel.set_qos(prefetch_count=prefetch)
        return await self._queue.consume(self._arrived.put)

    async def _widen(self) -> None:
        # a prefetch counts for new consumers only, so a second consumer follows the first
        narrow = self._tag
        self._tag = await self._take(prefetch=self._at_most)
        await self._queue.cancel(narrow)
        self._narrow = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Intake"]:
        """Consume while the block runs; what is unacknowledged then goes back when the channel closes."""
        self._tag = await self._take(prefetch=1)
        try:
            yield self
            if not self._gone.done():
                await self._queue.cancel(self._tag)
        finally:
            self._told.cancel()
            self._gone.cancel()
