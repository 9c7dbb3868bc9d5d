"""The intake of a consumer: deliveries as they arrive, one at a time first, then in batches.

A fresh consumer takes a single message at a time until one arrives that was never delivered before.
A message that kills its consumer is redelivered first, so it dies alone and takes no innocent along.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from aio_pika.abc import AbstractChannel
from aiormq.abc import AbstractChannel as Underlay

from chassis.messaging.fast_amqp.deliveries import Delivered, Deliveries
from chassis.runtime.answered import answered
from chassis.runtime.failure_reasons import Unfit
from chassis.runtime.retry import TRANSIENT

GIVE_BACK_SECONDS = 2.0
_ALL = 0
"""The delivery tag that means all that is not acknowledged."""


class TakenAway(Unfit):
    """The broker cancelled the consumer, by itself: nothing arrives any more on a channel that stays open."""


class Intake:
    """The deliveries of one queue on one channel."""

    def __init__(
        self,
        *,
        channel: AbstractChannel,
        deliveries: Deliveries,
        queue: str,
        at_most: int,
        prefetch: int,
        stopping: asyncio.Event,
    ) -> None:
        """`deliveries` are those of the channel.

        `prefetch`: how many the broker sends ahead, once it is known that none of them kills.
        """
        self._channel = channel
        self._deliveries = deliveries
        self._queue = queue
        self._at_most = at_most
        self._prefetch = prefetch
        self._arrived: asyncio.Queue[Delivered] = asyncio.Queue()
        self._stopping = stopping
        self._told: asyncio.Future[Any]
        self._gone: asyncio.Future[Any]
        self._taken_away: asyncio.Future[Any]
        self._tag = ""
        self._narrow = True

    async def next(self, *, failed: "asyncio.Future[None]") -> list[Delivered]:
        """What has arrived, at least one: a lone message waits for no company. Empty when told to stop.

        Raises TakenAway when the broker has cancelled the consumer, ConnectionError when the channel is gone,
        and what `failed` ends with while nothing arrives.
        """
        first = asyncio.create_task(self._arrived.get())
        waits: list[asyncio.Future[Any]] = [first, self._gone, self._taken_away, self._told, failed]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if any(each.done() for each in waits[1:]):
            first.cancel()
            if failed.done():
                failed.result()
            if self._told.done():
                return []
            if self._gone.done():
                raise ConnectionError("the channel was closed")
            raise TakenAway("the broker took our queue away")
        batch = [first.result()]
        while len(batch) < self._at_most and not self._arrived.empty():
            batch.append(self._arrived.get_nowait())
        if self._narrow and not batch[0].redelivered:
            await self._widen()
        return batch

    async def acknowledge(self, batch: Sequence[Delivered]) -> None:
        """Acknowledge a batch, and with it whatever was taken before it."""
        await answered((await self._underlay()).basic_ack(batch[-1].tag, multiple=True))

    async def acknowledge_alone(self, messages: Sequence[Delivered]) -> None:
        """Acknowledge these, and nothing that was taken before them."""
        channel = await self._underlay()
        for each in messages:
            await answered(channel.basic_ack(each.tag))

    async def _take(self, *, prefetch: int) -> str:
        await answered((await self._underlay()).basic_qos(prefetch_count=prefetch))
        return await self._deliveries.consume(self._queue, self._arrived.put_nowait)

    async def _widen(self) -> None:
        # a prefetch counts for new consumers only, so a second consumer follows the first
        narrow = self._tag
        self._tag = await self._take(prefetch=self._prefetch)
        await answered((await self._underlay()).basic_cancel(narrow))
        self._narrow = False

    async def _underlay(self) -> Underlay:
        return await self._channel.get_underlay_channel()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Intake"]:
        """Consume while the block runs; what is unacknowledged then goes back."""
        self._told = asyncio.create_task(self._stopping.wait())
        self._gone = asyncio.ensure_future(self._channel.closed())
        self._taken_away = asyncio.create_task(self._deliveries.taken_away.wait())
        try:
            self._tag = await self._take(prefetch=1)
            yield self
        finally:
            # where the channel is gone the broker has taken back what was here
            with suppress(*TRANSIENT):
                async with asyncio.timeout(GIVE_BACK_SECONDS):
                    await self._give_back()
            for each in (self._told, self._gone, self._taken_away):
                each.cancel()

    async def _give_back(self) -> None:
        """Unharmed, hence by nack: RabbitMQ 4 does not count that, as it counts what a lost consumer held."""
        channel = await self._underlay()
        await answered(channel.basic_cancel(self._tag))
        await answered(channel.basic_nack(_ALL, multiple=True, requeue=True))
