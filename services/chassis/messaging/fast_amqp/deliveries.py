"""Deliveries on a channel, handed over as soon as their last frame is read.

aiormq queues the three frames of a delivery, puts them together in another task and makes a task of the
whole; that takes longer than to open a seal. So deliveries are taken out on their way to that queue, and all
other frames go on. See docs/decisions/0016-frames-as-they-lie.md.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeAlias, cast
from uuid import uuid4

import aiormq
from aio_pika.abc import AbstractChannel
from aiormq.abc import DeliveredMessage, FrameType
from msgspec import Struct
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from chassis.runtime.answered import answered


class Delivered(Struct, frozen=True, kw_only=True):
    """A message as it arrived; nothing about it is known to be right yet."""

    tag: int
    """Of the delivery, on its channel."""
    redelivered: bool
    message_id: str | None
    routing_key: str
    user: str | None
    """The account that published it, as the broker checked it."""
    content_type: str | None
    headers: Mapping[str, object]
    body: bytes


Take: TypeAlias = Callable[[Delivered], None]


class Deliveries:
    """Those to consumers of one channel that were begun here; others stay aiormq's."""

    def __init__(self, *, channel: aiormq.Channel) -> None:
        self._channel = channel
        self._takers: dict[str, Take] = {}
        self.taken_away = asyncio.Event()
        """Set when the broker cancels a consumer: its queue is gone, or it held something too long."""
        self._begun: Basic.Deliver | None = None
        self._header = ContentHeader()
        self._body = b""
        self._pass_on = channel.frames.put
        channel.frames.put = self._sort  # type: ignore[method-assign,assignment]  # from socket to channel

    @classmethod
    async def on(cls, channel: AbstractChannel) -> "Deliveries":
        """The deliveries on a channel. Raises ChannelInvalidStateError where it is closed already."""
        return cls(channel=cast("aiormq.Channel", await channel.get_underlay_channel()))

    async def consume(self, queue: str, take: Take) -> str:
        """Have what comes from a queue taken, in its order; returns the consumer's tag."""
        tag = f"ketuk.{uuid4().hex}"
        self._takers[tag] = take
        await answered(self._channel.basic_consume(queue, _never, consumer_tag=tag))
        return tag

    async def _sort(self, arrived: tuple[int, FrameType]) -> None:
        frame = arrived[1]
        if isinstance(frame, Basic.Deliver) and frame.consumer_tag in self._takers:
            self._begun = frame
        elif self._begun is not None and isinstance(frame, ContentHeader):
            self._header, self._body = frame, b""
            self._hand_over(self._begun)
        elif self._begun is not None and isinstance(frame, ContentBody):
            self._body = self._body + frame.value if self._body else frame.value
            self._hand_over(self._begun)
        else:
            if isinstance(frame, Basic.Cancel) and frame.consumer_tag in self._takers:
                self.taken_away.set()
            await self._pass_on(arrived)

    def _hand_over(self, delivery: Basic.Deliver) -> None:
        """Once it is whole: frames of different messages never mix on a channel (AMQP 0-9-1, 4.2.6)."""
        if len(self._body) < self._header.body_size:
            return
        self._begun = None
        properties = self._header.properties
        self._takers[str(delivery.consumer_tag)](
            Delivered(
                tag=delivery.delivery_tag or 0,
                redelivered=delivery.redelivered,
                message_id=properties.message_id,
                routing_key=delivery.routing_key or "",
                user=properties.user_id,
                content_type=properties.content_type,
                headers={} if properties.headers is None else properties.headers,
                body=self._body,
            )
        )


async def _never(_: DeliveredMessage) -> None:
    """What aiormq would call, if it saw a delivery."""
