"""A broker that falls silent without a word: no part of a service ends by that, whatever it was doing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace as changed
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry
from yarl import URL

from chassis.messaging import broker, publisher
from chassis.messaging.batch_consumer import Arrival, BatchConsumer, Conclusion, Settled
from chassis.messaging.batch_metrics import BatchMetrics
from chassis.messaging.broker import Broker
from chassis.messaging.relay import Relay
from chassis.runtime import answered
from chassis.runtime.health import Pulse
from chassis.storage.postgres import Pool, PostgresOutbox
from dev.faults.link import Link
from dev.stack.stack import Stack
from reader_gateway.bus import inbox as verdicts
from reader_gateway.bus.inbox import Verdicts
from tests.integration.chassis import test_outbox
from tests.integration.chassis.conftest import Desk, until, wires
from tests.integration.chassis.test_outbox import add, rows
from tests.support.bounds import BOUND_SECONDS

pool = test_outbox.pool
FRAMES = 14
"""More than a client says before it is at work."""
SECONDS = 8.0
"""Longer than a heartbeat may take (3 x (1 + 1) s) and than a request may."""


@pytest.fixture(autouse=True, params=[2.0, 60.0], ids=["request times out", "heartbeat comes first"])
def _impatient(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(broker, "HEARTBEAT_SECONDS", 1)
    monkeypatch.setattr(broker, "CONNECT_SECONDS", 2)
    monkeypatch.setattr(publisher, "CONFIRM_SECONDS", 2.0)
    monkeypatch.setattr(answered, "REQUEST_SECONDS", request.param)
    monkeypatch.setattr(verdicts, "LOOK_SECONDS", 0.5)


def through(link: Link, found: Broker) -> Broker:
    return changed(found, url=str(URL(found.url).with_port(link.port)))


@asynccontextmanager
async def links(desk: Desk) -> AsyncIterator[list[Link]]:
    """One for each state of setting up, to the broker."""
    port = URL(desk.broker.url).port
    assert port is not None
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Link(to=port).running()) for _ in range(FRAMES)]


class Received:
    """Counts what it settles."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self, arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        self.count += len(arrivals)
        return [Settled() for _ in arrivals]


async def well() -> None:
    """A dependency that answers."""


async def until_down(pulse: Pulse) -> None:
    """Wait until a part says that it does not work."""

    async def down() -> bool:
        return not pulse.is_up

    await until(down, what="it says that it does not work")


async def silenced(each: Sequence[Link]) -> None:
    """All of them, each from another frame on, for longer than anything waits."""
    async with AsyncExitStack() as stack:
        for frames, link in enumerate(each):
            await stack.enter_async_context(link.mute_from(frames))
        await asyncio.sleep(SECONDS)


async def test_a_consumer_comes_back_from_a_silence_in_each_state(desk: Desk) -> None:
    stopping, received = asyncio.Event(), [Received() for _ in range(FRAMES)]
    async with links(desk) as made:
        consumers = [
            BatchConsumer(
                broker=through(link, desk.broker),
                queue=desk.queue.name,
                handle=handle,
                ready=well,
                metrics=BatchMetrics(registry=CollectorRegistry()),
            )
            for link, handle in zip(made, received, strict=True)
        ]
        silence = asyncio.create_task(silenced(made))
        running = [asyncio.create_task(each.run(stopping)) for each in consumers]
        await silence
        assert [task.done() for task in running] == [False] * FRAMES

        async def all_receive() -> bool:
            await desk.send(*wires(FRAMES, owner=desk.owner))
            return all(each.count for each in received)

        await until(all_receive, what="each consumer receives")
        assert all(each.pulse.is_up for each in consumers)
        stopping.set()
        await asyncio.wait_for(asyncio.gather(*running), BOUND_SECONDS)
    assert await desk.dead_depth() == 0


async def test_a_consumer_that_a_silence_strikes_at_rest_comes_back(desk: Desk) -> None:
    stopping, received = asyncio.Event(), Received()
    async with links(desk) as (link, *_):
        consumer = BatchConsumer(
            broker=through(link, desk.broker),
            queue=desk.queue.name,
            handle=received,
            ready=well,
            metrics=BatchMetrics(registry=CollectorRegistry()),
        )
        running = asyncio.create_task(consumer.run(stopping))

        async def receives() -> bool:
            await desk.send(*wires(1, owner=desk.owner))
            return received.count > 0

        await until(receives, what="the consumer receives")
        async with link.silence():
            await asyncio.gather(asyncio.sleep(SECONDS), until_down(consumer.pulse))
        received.count = 0
        await until(receives, what="the consumer receives again")
        stopping.set()
        await asyncio.wait_for(running, BOUND_SECONDS)


async def test_a_relay_comes_back_from_a_silence_in_each_state(desk: Desk, pool: Pool) -> None:
    stopping, outbox = asyncio.Event(), PostgresOutbox(pool=pool)
    async with links(desk) as made:
        relays = [Relay(broker=through(link, desk.broker), outbox=outbox, at_most=1) for link in made]
        silence = asyncio.create_task(silenced(made))
        running = [asyncio.create_task(each.run(stopping)) for each in relays]
        await add(pool, outbox, FRAMES, desk.owner)
        await silence
        assert [task.done() for task in running] == [False] * FRAMES

        async def all_up() -> bool:
            return all(each.pulse.is_up for each in relays)

        await until(all_up, what="each relay at work")
        await add(pool, outbox, 100, desk.owner)

        async def empty() -> bool:
            return await rows(pool) == 0

        await until(empty, what="all sent")
        stopping.set()
        await asyncio.wait_for(asyncio.gather(*running), BOUND_SECONDS)


async def test_a_gateways_verdicts_come_back_from_a_silence(stack: Stack, desk: Desk) -> None:
    stopping, name = asyncio.Event(), "kelurahan-jebres"

    async def told(_: object) -> None:
        """Nothing is told here."""

    async def began(_: str) -> bool:
        return True

    found = Broker(url=stack.environment()["AMQP_GATEWAY_KELURAHAN_JEBRES_URL"], name=f"test {uuid4().hex}")
    async with links(desk) as (link, *_):
        each = Verdicts(
            broker=through(link, found),
            region="3372",
            gateway=name,
            began=began,
            heard=lambda _: None,
            key_told=told,
        )
        running = asyncio.create_task(each.run(stopping))

        async def listens() -> bool:
            return each.pulse.is_up

        await until(listens, what="the gateway listens")
        async with link.silence():
            await asyncio.gather(asyncio.sleep(SECONDS), until_down(each.pulse))
            assert not running.done()
        await until(listens, what="the gateway listens again")
        stopping.set()
        await asyncio.wait_for(running, BOUND_SECONDS)
