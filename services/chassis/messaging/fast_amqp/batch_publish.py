"""A batch of messages in flight on a channel: one write for all of them, and a confirm for each.

aio-pika publishes one message at a time, which takes about as long as judging a tap. So this does for a batch
what aiormq's `Channel.basic_publish` does for one message, and in the same way: it takes the channel's lock,
counts its delivery tags, and leaves a future for each where the channel looks when the broker confirms,
refuses or returns a message. `docs/decisions/0009-a-batch-in-one-write.md` says why and what is watched.
"""

import asyncio
from collections.abc import Iterable, Sequence
from functools import lru_cache

import aiormq
import pamqp.frame
from aiormq.abc import ChannelFrame
from msgspec import Struct
from pamqp import commands
from pamqp.constants import FRAME_BODY, FRAME_END_CHAR, FRAME_HEADER

from chassis.messaging.fast_amqp import content_header
from chassis.messaging.fast_amqp.frames import BEGINS


class Letter(Struct, frozen=True, kw_only=True):
    """A message as it goes into a channel; its properties carry a message id."""

    exchange: str
    routing_key: str
    mandatory: bool
    properties: commands.Basic.Properties
    body: bytes


class InFlight:
    """Letters of different message ids on one channel, which has publisher confirms."""

    def __init__(self, *, channel: aiormq.Channel, letters: Sequence[Letter]) -> None:
        self._channel = channel
        self._letters = letters
        self._first = 0
        self._confirms: list[asyncio.Future[object]] = []

    async def go(self) -> None:
        """Send all and return when the broker has answered on each.

        Raises ChannelInvalidStateError where the channel is closed already.
        """
        # first of all, for it raises where a letter cannot be written down
        payload = b"".join(
            frame
            for letter in self._letters
            for frame in frames(letter, number=self._channel.number, most=self._channel.max_content_size)
        )
        async with self._channel.lock:
            self._enter()
            try:
                await self._channel.write_queue.put(ChannelFrame(payload=payload, should_close=False))
            except BaseException:
                # the broker has not seen them: their numbers are free again
                self.forget()
                for number in range(self._first, self._channel.delivery_tag):
                    self._channel.confirmations.pop(number + 1, None)
                self._channel.delivery_tag = self._first
                raise
        # the last first: most have their answer when it has, and each one waited for costs a turn of the loop
        for confirm in reversed(self._confirms):
            if not confirm.done():
                await asyncio.wait({confirm})

    def outcomes(self, otherwise: BaseException) -> list[BaseException | None]:
        """For each letter None once confirmed, or why it is not; `otherwise` where nothing was said."""
        if not self._confirms:
            return [otherwise] * len(self._letters)
        return [
            otherwise if not confirm.done() or confirm.cancelled() else confirm.exception()
            for confirm in self._confirms
        ]

    def forget(self) -> None:
        """Take out of the channel what it need not look for any more."""
        if not self._confirms:
            return  # they never went
        for number, (letter, confirm) in enumerate(zip(self._letters, self._confirms, strict=True), 1):
            tag, name = self._first + number, letter.properties.message_id or ""
            if self._channel.message_id_delivery_tag.get(name) == tag:
                del self._channel.message_id_delivery_tag[name]
            # one that comes late finds its future cancelled
            if not confirm.cancel() and not confirm.cancelled():
                confirm.exception()  # seen, also where nobody asks for the outcomes

    def _enter(self) -> None:
        self._first = self._channel.delivery_tag
        create = asyncio.get_running_loop().create_future
        self._confirms = [create() for _ in self._letters]
        for number, (letter, confirm) in enumerate(zip(self._letters, self._confirms, strict=True), 1):
            tag = self._first + number
            self._channel.confirmations[tag] = confirm
            self._channel.message_id_delivery_tag[letter.properties.message_id or ""] = tag
        self._channel.delivery_tag += len(self._letters)


def frames(letter: Letter, *, number: int, most: int) -> Iterable[bytes]:
    """The frames of a letter on the channel of that number, with so many bytes of its body in one at most."""
    yield _method(letter.exchange, letter.routing_key, mandatory=letter.mandatory, number=number)
    yield from _frame(
        FRAME_HEADER, number, content_header.write(letter.properties, body_size=len(letter.body))
    )
    for begin in range(0, len(letter.body), most):
        yield from _frame(FRAME_BODY, number, letter.body[begin : begin + most])


def _frame(kind: int, number: int, content: bytes) -> Iterable[bytes]:
    return BEGINS.pack(kind, number, len(content)), content, FRAME_END_CHAR


@lru_cache(maxsize=1_024)
def _method(exchange: str, routing_key: str, *, mandatory: bool, number: int) -> bytes:
    method = commands.Basic.Publish(exchange=exchange, routing_key=routing_key, mandatory=mandatory)
    return pamqp.frame.marshal(method, number)
