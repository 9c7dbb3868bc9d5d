"""(b) The usual way in FastStream: a subscriber with a pydantic model, a transaction a message, a publish.

As its documentation teaches: `@broker.subscriber` with the model as the handler's argument, a channel with a
prefetch, publisher confirms, and acknowledgement by policy. It does not log each message, which it does by
default and which costs it speed; it has orjson and uvloop, which it does not by default and which help it.
"""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import uvloop
from faststream import AckPolicy
from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange, RabbitMessage, RabbitQueue

from bench.verification.judge import AT_ONCE, judge, settings
from bench.verification.models import CardReadModel
from chassis.messaging.batch_consumer import Arrival, Settled
from ketuk_events.catalogue import CARD_READ
from ketuk_events.events import Event
from ketuk_events.names import to_timestamp

EVENTS = RabbitExchange("ketuk.events", type=ExchangeType.TOPIC, durable=True, declare=False)
READINGS = RabbitQueue("verification.readings", declare=False)


async def main() -> None:
    """Run until the process is ended."""
    told = settings()
    broker = RabbitBroker(
        told.amqp_url, default_channel=Channel(publisher_confirms=True, on_return_raises=True), logger=None
    )
    async with judge(told) as readings:

        @broker.subscriber(  # type: ignore[untyped-decorator]  # FastStream is not there when types are checked
            READINGS, channel=Channel(prefetch_count=AT_ONCE), ack_policy=AckPolicy.NACK_ON_ERROR
        )
        async def on_reading(read: CardReadModel, message: RabbitMessage) -> None:
            (conclusion,) = await readings([_arrival(read, message)])
            if not isinstance(conclusion, Settled):
                await message.reject()
                return
            for wire in conclusion.follows:
                await broker.publish(
                    wire.body,
                    exchange=EVENTS,
                    routing_key=wire.routing_key,
                    mandatory=True,
                    persist=True,
                    headers={**wire.headers, "cloudEvents_sentat": to_timestamp(datetime.now(UTC))},
                    content_type=wire.content_type,
                    message_id=wire.message_id,
                    user_id="verification",
                )

        async with broker:
            await broker.start()
            await asyncio.Event().wait()


def _arrival(read: CardReadModel, message: RabbitMessage) -> Arrival:
    raw, headers = message.raw_message, message.headers
    _, _, source = str(headers["cloudEvents_source"]).partition("urn:ketuk:")
    region, _, speaker = source.partition(":")
    event = Event(
        id=UUID(message.message_id),
        kind=CARD_READ,
        region=region,
        source=speaker,
        owner=(raw.routing_key or "").rpartition(".")[2],
        time=str(headers["cloudEvents_time"]),
        data=read.read(),
        traceparent=str(headers["traceparent"]),
    )
    return Arrival(event=event, user=raw.user_id, body=message.body)


if __name__ == "__main__":
    uvloop.run(main())
