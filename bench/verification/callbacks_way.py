"""(c) The usual way on aio-pika and asyncpg: for each message a callback, a transaction, a publish, an ack.

As aio-pika's documentation teaches: a robust connection, a prefetch, `queue.consume` with a callback that
works within `message.process()`, and a second channel with publisher confirms. It decodes and validates with
msgspec, as verification does, and runs on uvloop.
"""

import asyncio
from datetime import UTC, datetime

import aio_pika
import uvloop
from aio_pika.abc import AbstractIncomingMessage

from bench.verification.judge import AT_ONCE, judge, settings
from chassis.messaging.batch_consumer import Arrival, Settled
from ketuk_events.events import Malformed, from_wire
from ketuk_events.names import to_timestamp


async def main() -> None:
    """Run until the process is ended."""
    told = settings()
    async with judge(told) as readings, await aio_pika.connect_robust(told.amqp_url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=AT_ONCE)
        queue = await channel.get_queue("verification.readings", ensure=False)
        speaking = await connection.channel(publisher_confirms=True, on_return_raises=True)
        verdicts = await speaking.get_exchange("ketuk.events", ensure=False)

        async def on_message(message: AbstractIncomingMessage) -> None:
            async with message.process(requeue=True, ignore_processed=True):
                try:
                    event = from_wire(
                        message_id=message.message_id,
                        routing_key=message.routing_key or "",
                        headers=message.headers,
                        body=message.body,
                    )
                except Malformed:
                    await message.reject()
                    return
                arrival = Arrival(event=event, user=message.user_id, body=message.body)
                (conclusion,) = await readings([arrival])
                if not isinstance(conclusion, Settled):
                    await message.reject()
                    return
                for wire in conclusion.follows:
                    await verdicts.publish(
                        aio_pika.Message(
                            wire.body,
                            headers={**wire.headers, "cloudEvents_sentat": to_timestamp(datetime.now(UTC))},
                            content_type=wire.content_type,
                            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                            message_id=wire.message_id,
                            user_id="verification",
                        ),
                        wire.routing_key,
                        mandatory=True,
                    )

        await queue.consume(on_message)
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
