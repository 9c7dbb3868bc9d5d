"""Dead letters: a message that must not be worked on, kept with the reason and where it came from."""

from dataclasses import dataclass
from datetime import UTC, datetime

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage

from chassis.broker import CONFIRM_SECONDS, DEAD_LETTERS
from ketuk_events.names import to_timestamp


@dataclass(frozen=True, kw_only=True, slots=True)
class Graveyard:
    """Where the consumer of one queue puts what it must not work on."""

    exchange: AbstractExchange
    queue: str
    user: str

    @classmethod
    async def on(cls, channel: AbstractChannel, *, queue: str, user: str) -> "Graveyard":
        """The dead letters, reached over a channel; `queue` is where the messages come from."""
        return cls(exchange=await channel.get_exchange(DEAD_LETTERS, ensure=False), queue=queue, user=user)

    async def bury(self, message: AbstractIncomingMessage, *, reason: str) -> None:
        """Publish a copy, confirmed; the caller acknowledges the original afterwards.

        The copy carries `ketuk-reason`, `ketuk-queue`, `ketuk-routing-key`, `ketuk-user` (its publisher)
        and `ketuk-died` (when).
        """
        origin = {
            "ketuk-reason": reason[:500],
            "ketuk-queue": self.queue,
            "ketuk-routing-key": message.routing_key,
            "ketuk-user": message.user_id,
            "ketuk-died": to_timestamp(datetime.now(UTC)),
        }
        copy = aio_pika.Message(
            message.body,
            headers={**message.headers, **origin},
            content_type=message.content_type,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=message.message_id,
            user_id=self.user,
        )
        await self.exchange.publish(copy, routing_key=self.queue, mandatory=True, timeout=CONFIRM_SECONDS)
