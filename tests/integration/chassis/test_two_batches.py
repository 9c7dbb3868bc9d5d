"""A consumer works on several batches at a time: some are decided while the one before is confirmed."""

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry

from chassis.messaging.batch_consumer import Arrival, Conclusion, Settled
from chassis.messaging.publisher import Publisher
from ketuk_events.events import Wire
from tests.integration.chassis.conftest import Desk, until, wires
from tests.integration.chassis.test_batches import consumer, running

AT_MOST = 10


async def test_the_next_batch_is_decided_meanwhile_and_nothing_is_acknowledged_out_of_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided: list[str] = []
    held, go_on = asyncio.Event(), asyncio.Event()
    publish_all = Publisher.publish_all

    async def decide(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        decided.extend(str(arrival.event.id) for arrival in arrivals)
        return [Settled() for _ in arrivals]

    async def slowly(self: Publisher, sent: Sequence[Wire]) -> None:
        if not held.is_set():
            held.set()
            await go_on.wait()
        await publish_all(self, sent)

    sent = wires(50, owner=desk.owner)
    await desk.send(*sent)
    monkeypatch.setattr(Publisher, "publish_all", slowly)
    async with running(consumer(desk, decide, at_most=AT_MOST)):
        await held.wait()

        async def second_decided() -> bool:
            return len(decided) > 1

        await until(second_decided, what="the second batch decided")
        assert len(decided) <= 1 + AT_MOST, "a third batch was begun before the first was settled"
        go_on.set()

        async def all_decided() -> bool:
            return len(decided) == len(sent)

        await until(all_decided, what="all decided")
    assert decided == [wire.message_id for wire in sent]
    assert await desk.depth() == 0


async def test_as_many_batches_as_told_are_decided_at_once_and_settled_in_order(desk: Desk) -> None:
    begun: list[int] = []
    metrics = CollectorRegistry()
    first_may_end, second_may_end = asyncio.Event(), asyncio.Event()

    async def decide(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        if len(arrivals) == AT_MOST:  # after the first message, which comes alone
            begun.append(len(begun))
            await {0: first_may_end, 1: second_may_end}.get(begun[-1], second_may_end).wait()
        return [Settled() for _ in arrivals]

    def settled() -> float:
        return (
            metrics.get_sample_value("ketuk_messages_total", {"queue": desk.queue.name, "end": "done"}) or 0
        )

    async def so_many(count: int) -> bool:
        return len(begun) == count

    await desk.send(*wires(1 + 4 * AT_MOST, owner=desk.owner))
    async with running(consumer(desk, decide, at_most=AT_MOST, at_once=2, metrics=metrics)):
        await until(partial(so_many, 2), what="two batches being decided")
        await desk.depth()  # answered after whatever else the consumer would begin
        assert len(begun) == 2
        second_may_end.set()
        await until(partial(so_many, 3), what="a third batch begun when the second was decided")
        assert settled() == 1, "the second batch was settled before the first"
        first_may_end.set()

        async def all_settled() -> bool:
            return settled() == 1 + 4 * AT_MOST

        await until(all_settled, what="all settled")
    assert await desk.depth() == 0


async def test_messages_that_cannot_be_sent_are_given_back_though_nothing_else_arrives(desk: Desk) -> None:
    (follow,) = wires(1, owner=f"nobody-{uuid4().hex[:8]}")
    sessions = 0

    async def ready() -> None:
        nonlocal sessions
        sessions += 1

    async def decide(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        return [Settled(follows=(follow,)) for _ in arrivals]

    async def begun_anew() -> bool:
        return sessions > 2

    await desk.send(*wires(1, owner=desk.owner))
    async with running(consumer(desk, decide, ready=ready, hold_seconds=0.1)):
        await until(begun_anew, what="a new session after the hold")

    async def given_back() -> bool:
        return await desk.depth() == 1

    await until(given_back, what="the message back in its queue")
    assert await desk.dead_depth() == 0
