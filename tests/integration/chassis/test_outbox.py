import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest

from chassis.broker import EVENTS
from chassis.health import Sick
from chassis.outbox import Relay
from chassis.postgres import Pool, PostgresOutbox, database
from tests.integration.chassis.conftest import Desk, until, wires


@pytest.fixture
async def pool(stack_env: Mapping[str, str]) -> AsyncIterator[Pool]:
    async with database(stack_env["DATABASE_VERIFICATION_URL"], name="test", size=10) as made:
        await made.execute("TRUNCATE outbox")
        yield made
        await made.execute("TRUNCATE outbox")


async def rows(pool: Pool) -> int:
    return int(await pool.fetchval("SELECT count(*) FROM outbox"))


@asynccontextmanager
async def relaying(relay: Relay) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    task = asyncio.create_task(relay.run(stopping))
    try:
        yield
    finally:
        stopping.set()
        await asyncio.wait_for(task, 60)


async def add(pool: Pool, outbox: PostgresOutbox, count: int, owner: str) -> list[str]:
    added = wires(count, owner=owner)
    async with pool.acquire() as connection, connection.transaction():
        await outbox.add(connection, added)
    return [wire.message_id for wire in added]


async def test_a_row_stays_until_the_broker_has_confirmed_its_message(desk: Desk, pool: Pool) -> None:
    outbox = PostgresOutbox(pool=pool)
    owner = f"nobody-{uuid4().hex[:8]}"
    await add(pool, outbox, 1, owner)
    relay = Relay(broker=desk.broker, outbox=outbox)

    async def refused() -> bool:
        return "PublishError" in await _why(relay)

    async def empty() -> bool:
        return await rows(pool) == 0

    async with relaying(relay):
        await until(refused, what="the relay's word that the message was returned")
        assert await rows(pool) == 1
        landed = await desk.admin.declare_queue(f"landed-{uuid4().hex}", exclusive=True)
        await landed.bind(EVENTS, f"card.presented.v1.3372.{owner}")
        await until(empty, what="the row gone")
    assert await landed.get(no_ack=True) is not None


async def _why(relay: Relay) -> str:
    try:
        await relay.pulse.ping()
    except Sick as why:
        return str(why)
    return ""


async def test_what_is_added_is_sent_at_once_and_only_once_by_two_relays(desk: Desk, pool: Pool) -> None:
    outbox = PostgresOutbox(pool=pool)

    async def arrived() -> bool:
        return await desk.depth() >= 500

    async def empty() -> bool:
        return await rows(pool) == 0

    async with (
        relaying(Relay(broker=desk.broker, outbox=outbox)),
        relaying(Relay(broker=desk.broker, outbox=PostgresOutbox(pool=pool))),
    ):
        ids = [message_id for _ in range(5) for message_id in await add(pool, outbox, 100, desk.owner)]
        await until(arrived, what="all 500")
        await until(empty, what="the outbox empty")
    received = [await desk.queue.get(no_ack=True) for _ in range(500)]
    assert sorted(message.message_id or "" for message in received) == sorted(ids)
    assert await desk.depth() == 0


async def test_a_message_that_waits_already_is_not_added_again(pool: Pool) -> None:
    outbox = PostgresOutbox(pool=pool)
    (wire,) = wires(1)
    for _ in range(2):
        async with pool.acquire() as connection, connection.transaction():
            await outbox.add(connection, [wire])
    async with outbox.waiting(10) as waiting:
        assert waiting == [wire]


async def test_a_decision_that_is_rolled_back_sends_nothing(pool: Pool) -> None:
    outbox = PostgresOutbox(pool=pool)

    async def decide() -> None:
        async with pool.acquire() as connection, connection.transaction():
            await outbox.add(connection, wires(1))
            await connection.execute("SELECT 1 / 0")

    with pytest.raises(asyncpg.DataError):
        await decide()
    assert await rows(pool) == 0


async def test_a_block_that_fails_removes_nothing(pool: Pool) -> None:
    outbox = PostgresOutbox(pool=pool)
    await add(pool, outbox, 3, "x")

    async def send() -> None:
        async with outbox.waiting(2) as waiting:
            assert len(waiting) == 2
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await send()
    assert await rows(pool) == 3


async def test_the_backlog_counts_what_waits_and_how_long_the_oldest_has(pool: Pool) -> None:
    outbox = PostgresOutbox(pool=pool)
    nothing = await outbox.backlog()
    assert (nothing.waiting, nothing.oldest_seconds) == (0, 0.0)
    await add(pool, outbox, 3, "nobody")
    await pool.execute(
        "UPDATE outbox SET added = now() - interval '90 s' "
        "WHERE position = (SELECT min(position) FROM outbox)"
    )
    backlog = await outbox.backlog()
    assert backlog.waiting == 3
    assert 90 <= backlog.oldest_seconds < 100
