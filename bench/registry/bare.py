"""The bare loop: take what has arrived, a row for each in one transaction, a message for each, acknowledge.

The same wire and database as the registry and no work at all: no seal is opened, nothing signed or decided.
"""

import asyncio
import os

import aio_pika
import asyncpg
import uvloop

from bench.verification.bare import BATCH, batches


async def main() -> None:
    """Run until the process is ended."""
    body = b"x" * int(os.environ["BARE_BYTES"])
    keys = os.environ["BARE_KEYS"].split(",")
    async with (
        await aio_pika.connect(os.environ["KETUK_AMQP_URL"]) as services,
        await aio_pika.connect(os.environ["KETUK_AGENCIES_AMQP_URL"]) as agencies,
    ):
        database = await asyncpg.connect(os.environ["KETUK_DATABASE_URL"])
        channel = await services.channel()
        await channel.set_qos(prefetch_count=2 * BATCH)
        queue = await channel.get_queue("registry.verdicts", ensure=False)
        exchange = await (await agencies.channel()).get_exchange("ketuk.agencies", ensure=False)
        async for batch in batches(queue):
            async with database.transaction():
                await database.executemany(
                    "INSERT INTO bare (event_id, body) VALUES ($1::text::uuid, $2)",
                    [(message.message_id, body) for message in batch],
                )
            await asyncio.gather(
                *(
                    exchange.publish(
                        aio_pika.Message(
                            body,
                            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                            message_id=message.message_id,
                        ),
                        keys[place % len(keys)],
                    )
                    for place, message in enumerate(batch)
                )
            )
            await batch[-1].ack(multiple=True)


if __name__ == "__main__":
    uvloop.run(main())
