import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from uuid import uuid4

import asyncpg
import pytest
from msgspec.structs import replace

from chassis.messaging import relay as outbox_module
from chassis.messaging.broker import EVENTS, Broker
from chassis.messaging.relay import Relay
from chassis.observability.metrics import Figures
from chassis.runtime.health import Health, Sick
from chassis.storage.postgres import Pool, PostgresOutbox, database
from tests.integration.chassis.conftest import Desk, until, wires
from tests.support.bounds import BOUND_SECONDS


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
        await asyncio.wait_for(task, BOUND_SECONDS)


async def add(pool: Pool, outbox: PostgresOutbox, count: int, owner: str) -> list[str]:
    added = wires(count, owner=owner)
    async with pool.acquire() as connection, connection.transaction():
        await outbox.add(connection, added)
    return [wire.message_id for wire in added]


async def test_a_row_stays_until_the_broker_has_confirmed_its_message(
    desk: Desk, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "PASSED_OVER_SECONDS", 0.5)
    outbox = PostgresOutbox(pool=pool)
    owner = f"nobody-{uuid4().hex[:8]}"
    await add(pool, outbox, 1, owner)
    relay = Relay(broker=desk.broker, outbox=outbox)

    async def refused() -> bool:
        return "312 NO_ROUTE" in await _why(relay)

    async def empty() -> bool:
        return await rows(pool) == 0

    async with relaying(relay):
        await until(refused, what="the relay's word that the message was returned")
        assert await rows(pool) == 1
        landed = await desk.admin.declare_queue(f"landed-{uuid4().hex}", exclusive=True)
        await landed.bind(EVENTS, f"card.presented.v1.3372.{owner}")
        await until(empty, what="the row gone")
    assert await landed.get(no_ack=True, timeout=BOUND_SECONDS) is not None


async def _why(relay: Relay) -> str:
    try:
        await relay.pulse.ping()
    except Sick as why:
        return str(why)
    return ""


async def test_what_the_broker_does_not_take_delays_nothing_else(
    desk: Desk, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "PASSED_OVER_SECONDS", 0.5)
    outbox, nobody = PostgresOutbox(pool=pool), f"nobody-{uuid4().hex[:8]}"
    full = await desk.admin.declare_queue(
        f"full-{uuid4().hex}", exclusive=True, arguments={"x-max-length": 1, "x-overflow": "reject-publish"}
    )
    await full.bind(EVENTS, f"card.presented.v1.3372.{full.name}")
    await add(pool, outbox, 3, nobody)
    await add(pool, outbox, 3, full.name)
    ids = await add(pool, outbox, 40, desk.owner)
    health = Health()
    figures = Figures(health=health)
    relay = Relay(broker=desk.broker, outbox=outbox, at_most=2)
    figures.watch_passed_over(relay.passed_over)
    health.register("relay", relay.pulse.ping)

    async def others_sent() -> bool:
        return await desk.depth() == 40

    async def drained() -> bool:
        await full.get(no_ack=True, timeout=BOUND_SECONDS, fail=False)
        return await rows(pool) == 3

    async def empty() -> bool:
        return await rows(pool) == 0

    async with relaying(relay):
        await until(others_sent, what="all that has a queue")
        ready = await health.look()
        assert ready.ready
        assert f"card.presented.v1.3372.{nobody} (312 NO_ROUTE)" in ready.resources["relay"]
        assert f"card.presented.v1.3372.{full.name} (its queue refuses)" in ready.resources["relay"]
        assert b"ketuk_outbox_passed_over 2.0" in await figures.page()
        await until(drained, what="what its queue refused, once there was room")
        landed = await desk.admin.declare_queue(f"landed-{uuid4().hex}", exclusive=True)
        await landed.bind(EVENTS, f"card.presented.v1.3372.{nobody}")
        await until(empty, what="what had no queue, once there was one")
        await until(partial(_is_well, relay), what="the relay's word that nothing is passed over")
    received = [await desk.queue.get(no_ack=True, timeout=BOUND_SECONDS) for _ in range(40)]
    assert [message.message_id for message in received] == ids


async def _is_well(relay: Relay) -> bool:
    return await _why(relay) == ""


async def test_what_an_account_may_not_say_closes_the_channel_and_delays_nothing_else(
    desk: Desk, pool: Pool, stack_env: Mapping[str, str]
) -> None:
    name, outbox = "kelurahan-jebres", PostgresOutbox(pool=pool)
    landed = await desk.admin.declare_queue(f"landed-{uuid4().hex}", exclusive=True)
    await landed.bind(EVENTS, f"card.presented.v1.3372.{name}")
    sent = wires(6, owner=name)
    forbidden = replace(wires(1, owner=name)[0], routing_key=f"tap.judged.v1.3372.{name}")
    async with pool.acquire() as connection, connection.transaction():
        await outbox.add(connection, [*sent[:3], forbidden, *sent[3:]])
    broker = Broker(url=stack_env["AMQP_GATEWAY_KELURAHAN_JEBRES_URL"], name="test")
    relay = Relay(broker=broker, outbox=outbox)

    async def others_sent() -> bool:
        return await rows(pool) == 1

    async def says_which() -> bool:
        return f"{forbidden.routing_key} (it refuses our account this right)" in await _why(relay)

    async with relaying(relay):
        await until(others_sent, what="all that the account may say")
        await until(says_which, what="the relay's word on the other")
    received: set[str | None] = set()
    # those that were not confirmed when the channel was closed come twice
    while (message := await landed.get(no_ack=True, timeout=BOUND_SECONDS, fail=False)) is not None:
        received.add(message.message_id)
    assert received == {wire.message_id for wire in sent}


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
    received = [await desk.queue.get(no_ack=True, timeout=BOUND_SECONDS) for _ in range(500)]
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
