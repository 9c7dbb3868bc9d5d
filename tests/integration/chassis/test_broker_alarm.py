"""A broker that is short of memory: whoever publishes waits, and says so; nothing is lost or sent twice."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from prometheus_client import CollectorRegistry

from chassis import broker
from chassis.batch_metrics import BatchMetrics
from chassis.batches import Arrival, BatchConsumer, Conclusion, Settled
from chassis.health import Pulse, Sick
from chassis.outbox import Relay
from chassis.postgres import Pool, PostgresOutbox
from dev.stack.stack import Stack
from tests.integration.chassis import test_outbox
from tests.integration.chassis.conftest import Desk, until, wires
from tests.integration.chassis.test_outbox import add, relaying, rows

pool = test_outbox.pool
WORD = "the broker takes no messages: it is short of memory or disk"
CONFIRM_SECONDS = 1.0


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An alarm lasts longer than a confirm may take."""
    monkeypatch.setattr(broker, "CONFIRM_SECONDS", CONFIRM_SECONDS)
    monkeypatch.setattr(broker, "LOOK_SECONDS", 0.2)


@pytest.fixture
async def alarm(stack: Stack) -> AsyncIterator[asyncio.Event]:
    """The broker is short of memory until the event is set, or the test ends."""
    over = asyncio.Event()
    await asyncio.to_thread(stack.rabbitmq.control, "set_vm_memory_high_watermark", "absolute", "1MB")

    async def relief() -> None:
        await over.wait()
        await asyncio.to_thread(stack.rabbitmq.control, "set_vm_memory_high_watermark", "0.4")

    relieving = asyncio.create_task(relief())
    yield over
    over.set()
    await relieving


async def says(pulse: Pulse) -> str:
    try:
        await pulse.ping()
    except Sick as why:
        return str(why)
    return "ok"


async def test_a_relay_waits_for_as_long_as_the_alarm_lasts(
    desk: Desk, pool: Pool, alarm: asyncio.Event
) -> None:
    outbox = PostgresOutbox(pool=pool)
    await add(pool, outbox, 3, desk.owner)
    relay = Relay(broker=desk.broker, outbox=outbox)
    words: list[str] = []

    async def waited_long() -> bool:
        words.append(await says(relay.pulse))
        return words.count(WORD) > 2 * CONFIRM_SECONDS / 0.02

    async def sent() -> bool:
        return await rows(pool) == 0

    async with relaying(relay):
        await until(waited_long, what="the relay's word on the alarm, for longer than a confirm may take")
        assert "TimeoutError" not in words
        assert await rows(pool) == 3
        alarm.set()
        await until(sent, what="all sent")
        assert await says(relay.pulse) == "ok"
    assert await desk.depth() == 3


async def test_a_consumer_holds_its_batch_for_as_long_as_the_alarm_lasts(desk: Desk, stack: Stack) -> None:
    (follow,) = wires(1, owner=f"{desk.owner}-follows")
    await desk.queue.bind("ketuk.events", follow.routing_key)
    handled: list[str] = []

    async def settle(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        handled.extend(str(arrival.event.id) for arrival in arrivals)
        first = str(arrivals[0].event.id) != follow.message_id
        return [Settled(follows=(follow,) if first else ()) for _ in arrivals]

    (sent,) = wires(1, owner=desk.owner)
    await desk.send(sent)
    consumer = BatchConsumer(
        broker=desk.broker,
        queue=desk.queue.name,
        handle=settle,
        ready=_well,
        metrics=BatchMetrics(registry=CollectorRegistry()),
    )
    stopping = asyncio.Event()
    await asyncio.to_thread(stack.rabbitmq.control, "set_vm_memory_high_watermark", "absolute", "1MB")
    running = asyncio.create_task(consumer.run(stopping))
    try:

        async def blocked() -> bool:
            return await says(consumer.pulse) == WORD

        await until(blocked, what="the consumer's word on the alarm")
        assert handled == [sent.message_id]
    finally:
        await asyncio.to_thread(stack.rabbitmq.control, "set_vm_memory_high_watermark", "0.4")

    async def followed() -> bool:
        return follow.message_id in handled

    await until(followed, what="what follows")
    stopping.set()
    await running
    assert handled == [sent.message_id, follow.message_id]
    assert await desk.dead_depth() == 0


async def _well() -> None:
    """A dependency that answers."""
