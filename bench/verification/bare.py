"""(a) The bare loop: consume, publish a body of a verdict's size, confirmed, acknowledge; nothing else.

No work is done at all: what the broker and aio-pika allow on this machine. Its two queues can be named, so
that it may also run beside the others, for the latency of two hops.
"""

import asyncio
import os
from collections.abc import AsyncIterator

import aio_pika
import uvloop
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

BATCH = 200
VERDICT_BYTES = 2_500


async def main() -> None:
    """Run until the process is ended."""
    body = b"x" * VERDICT_BYTES
    async with await aio_pika.connect(os.environ["KETUK_AMQP_URL"]) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.set_qos(prefetch_count=2 * BATCH)
        exchange = await channel.get_exchange("ketuk.events", ensure=False)
        queue = await channel.get_queue(os.environ.get("BARE_QUEUE", "verification.readings"), ensure=False)
        key = os.environ.get("BARE_KEY", "tap.judged.v1.3372.bare")
        async for batch in batches(queue):
            await asyncio.gather(
                *(
                    exchange.publish(
                        aio_pika.Message(
                            body,
                            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                            message_id=message.message_id,
                        ),
                        key,
                    )
                    for message in batch
                )
            )
            await batch[-1].ack(multiple=True)


async def batches(queue: AbstractQueue) -> AsyncIterator[list[AbstractIncomingMessage]]:
    """What has arrived, each time at least one."""
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    await queue.consume(arrived.put)
    while True:
        batch = [await arrived.get()]
        while len(batch) < BATCH and not arrived.empty():
            batch.append(arrived.get_nowait())
        yield batch


if __name__ == "__main__":
    uvloop.run(main())
