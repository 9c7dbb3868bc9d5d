from collections.abc import AsyncIterator

import aio_pika
import pytest
from yarl import URL

from chassis.messaging.broker import DEAD_LETTERS, EVENTS
from chassis.storage.postgres import database
from dev.stack.stack import Stack
from tests.integration.verification.bench import EMPTY, Bench
from tests.support.purge import purge

QUEUES = (
    "verification.readings",
    "verification.projection",
    "registry.verdicts",
    "registry.alarms",
    DEAD_LETTERS,
)


@pytest.fixture
async def bench(stack: Stack) -> AsyncIterator[Bench]:
    found = stack.environment()
    async with await aio_pika.connect(str(URL(found["AMQP_ADMIN_URL"]).with_path("/ketuk"))) as connection:
        channel = await connection.channel()
        await purge(channel, QUEUES)
        verdicts, requests = [await channel.declare_queue(exclusive=True) for _ in range(2)]
        await verdicts.bind(EVENTS, "tap.judged.v1.#")
        await requests.bind(EVENTS, "snapshot.requested.v1.#")
        async with database(found["DATABASE_VERIFICATION_URL"], name="test") as pool:
            await pool.execute(EMPTY)
        yield Bench(stack, channel, verdicts, requests)
