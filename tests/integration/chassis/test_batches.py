import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import asyncpg
import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from chassis.messaging.batch_consumer import Arrival, BatchConsumer, Conclusion, Dead, Handle, Settled
from chassis.messaging.batch_metrics import BatchMetrics
from chassis.messaging.broker import EVENTS
from chassis.messaging.dead_letters import Graveyard
from chassis.runtime.health import Sick
from dev.stack.depth import depth
from ketuk_events.events import Wire
from tests.integration.chassis.conftest import Desk, until, wires
from tests.support.bounds import BOUND_SECONDS


async def well() -> None:
    """A dependency that answers."""


def consumer(
    desk: Desk,
    handle: Handle,
    *,
    ready: Callable[[], Awaitable[object]] = well,
    hold_seconds: float = 60.0,
    at_most: int = 200,
    at_once: int = 1,
    metrics: CollectorRegistry | None = None,
) -> BatchConsumer:
    return BatchConsumer(
        broker=desk.broker,
        queue=desk.queue.name,
        handle=handle,
        ready=ready,
        metrics=BatchMetrics(registry=metrics or CollectorRegistry()),
        hold_seconds=hold_seconds,
        at_most=at_most,
        at_once=at_once,
    )


@asynccontextmanager
async def running(each: BatchConsumer) -> AsyncIterator[None]:
    stopping = asyncio.Event()
    task = asyncio.create_task(each.run(stopping))
    try:
        yield
    finally:
        stopping.set()
        await asyncio.wait_for(task, BOUND_SECONDS)


class Collected:
    """A handler that remembers what it settled."""

    def __init__(self, follows: Callable[[Arrival], tuple[Wire, ...]] = lambda _: ()) -> None:
        self.arrivals: list[Arrival] = []
        self.batches: list[int] = []
        self._follows = follows

    @property
    def ids(self) -> list[str]:
        return [str(arrival.event.id) for arrival in self.arrivals]

    async def __call__(self, arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        self.batches.append(len(arrivals))
        self.arrivals += arrivals
        return [Settled(follows=self._follows(arrival)) for arrival in arrivals]


async def test_what_has_arrived_is_taken_together_once_the_first_was_fresh(desk: Desk) -> None:
    await desk.send(*(sent := wires(300, owner=desk.owner)))
    handled = Collected()
    async with running(consumer(desk, handled)):
        await until(lambda: _all(handled, 300), what="all handled")
    assert sorted(handled.ids) == sorted(wire.message_id for wire in sent)
    assert max(handled.batches) > 20
    assert await desk.depth() == 0


async def _all(handled: Collected, count: int) -> bool:
    return len(set(handled.ids)) >= count


async def test_nothing_is_acknowledged_before_what_follows_is_confirmed(desk: Desk) -> None:
    (follow,) = wires(1, owner=f"nobody-{uuid4().hex[:8]}")
    await desk.send(*wires(1, owner=desk.owner))
    handled = Collected(lambda _: (follow,))
    async with running(consumer(desk, handled)):
        # unroutable: the handler is called again and again, and the message stays the broker's
        await until(lambda: _all_calls(handled, 3), what="three tries")
    await until(lambda: _is(desk.depth, 1), what="the message back in its queue")

    landed = await desk.admin.declare_queue(f"landed-{uuid4().hex}", exclusive=True)
    await landed.bind(EVENTS, follow.routing_key)
    async with running(consumer(desk, handled)):
        await until(lambda: _is(lambda: depth(desk.admin, landed.name), 1), what="what follows")
    await until(lambda: _is(desk.depth, 0), what="the queue empty")
    assert await desk.dead_depth() == 0


async def _all_calls(handled: Collected, count: int) -> bool:
    return len(handled.batches) >= count


async def _is(depth: Callable[[], Awaitable[int]], wanted: int) -> bool:
    return await depth() == wanted


async def test_a_malformed_message_is_a_dead_letter_with_its_reason_and_the_rest_is_unharmed(
    desk: Desk,
) -> None:
    good = wires(20, owner=desk.owner)
    bad = replace(good[7], message_id=str(uuid4()), body=b'{"tap": 7}')
    bad = replace(bad, headers={**bad.headers, "cloudEvents_id": bad.message_id})
    await desk.send(*good[:10], bad, *good[10:])
    handled = Collected()
    async with running(consumer(desk, handled)):
        await until(lambda: _is(desk.dead_depth, 1), what="a dead letter")
        await until(lambda: _all(handled, 20), what="the rest")
    assert sorted(handled.ids) == sorted(wire.message_id for wire in good)
    letter = await desk.dead_letter()
    assert letter is not None
    assert letter.message_id == bad.message_id
    assert letter.body == bad.body
    assert letter.headers["ketuk-reason"] == "card.presented: Expected `str`, got `int` - at `$.tap`"
    assert letter.headers["ketuk-queue"] == desk.queue.name


async def test_a_message_that_its_handler_disowns_is_a_dead_letter_with_that_reason(desk: Desk) -> None:
    async def disown(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        return [Dead(reason="sealed in another's name") for _ in arrivals]

    await desk.send(*wires(1, owner=desk.owner))
    async with running(consumer(desk, disown)):
        await until(lambda: _is(desk.dead_depth, 1), what="a dead letter")
    letter = await desk.dead_letter()
    assert letter is not None
    assert letter.headers["ketuk-reason"] == "sealed in another's name"


async def test_a_message_that_its_handler_fails_on_dies_alone(desk: Desk) -> None:
    sent = wires(50, owner=desk.owner)
    handled = Collected()

    async def fail_on_one(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        if any(str(arrival.event.id) == sent[30].message_id for arrival in arrivals):
            raise LookupError(sent[30].message_id)
        return await handled(arrivals)

    await desk.send(*sent)
    async with running(consumer(desk, fail_on_one)):
        await until(lambda: _all(handled, 49), what="the others")
        await until(lambda: _is(desk.dead_depth, 1), what="a dead letter")
    letter = await desk.dead_letter()
    assert letter is not None
    assert letter.headers["ketuk-reason"] == "handler failed: LookupError"
    assert await desk.depth() == 0


@pytest.mark.parametrize(
    "failure", [ConnectionResetError(), asyncpg.InternalClientError("cannot switch to state 11")]
)
async def test_an_outage_longer_than_the_hold_makes_no_dead_letters(desk: Desk, failure: Exception) -> None:
    away = True
    asked = 0
    handled = Collected()

    async def ready() -> None:
        nonlocal asked
        asked += 1
        if away and asked > 1:
            raise ConnectionRefusedError

    async def work(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        if away:
            raise failure
        return await handled(arrivals)

    await desk.send(*wires(100, owner=desk.owner))
    each = consumer(desk, work, ready=ready, hold_seconds=0.2)
    async with running(each):
        await until(lambda: _more(lambda: asked, 4), what="the consumer waiting")
        with pytest.raises(Sick, match="ConnectionRefusedError"):
            await each.pulse.ping()
        assert await desk.depth() == 100
        away = False
        await until(lambda: _all(handled, 100), what="all handled")
    assert await desk.dead_depth() == 0


async def _more(count: Callable[[], int], wanted: int) -> bool:
    return count() >= wanted


async def test_a_message_that_kills_its_consumer_ends_alone_in_the_dead_letters(desk: Desk) -> None:
    sent = wires(60, owner=desk.owner)
    poison = sent[5].message_id
    handled: set[str] = set()
    await desk.send(*sent)

    async def life() -> None:
        died = asyncio.Event()

        async def work(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
            if any(str(arrival.event.id) == poison for arrival in arrivals):
                died.set()
                await asyncio.Event().wait()  # hangs until the process is gone
            handled.update(str(arrival.event.id) for arrival in arrivals)
            return [Settled() for _ in arrivals]

        task = asyncio.create_task(consumer(desk, work).run(asyncio.Event()))
        with suppress(TimeoutError):
            await asyncio.wait_for(died.wait(), 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for _ in range(40):
        await life()
        if await desk.dead_depth():
            break
    await until(lambda: _is(desk.dead_depth, 1), what="the poison in the dead letters")
    letter = await desk.dead_letter()
    assert letter is not None
    assert letter.message_id == poison
    assert len(handled) == 59
    assert await desk.depth() == 0


async def test_a_stopping_consumer_finishes_the_batch_in_hand(desk: Desk) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        begun.set()
        await go_on.wait()
        return [Settled() for _ in arrivals]

    await desk.send(*wires(1, owner=desk.owner))
    stopping = asyncio.Event()
    task = asyncio.create_task(consumer(desk, slow).run(stopping))
    await begun.wait()
    stopping.set()
    go_on.set()
    await asyncio.wait_for(task, BOUND_SECONDS)
    assert await desk.depth() == 0


async def test_a_dead_letter_that_is_not_confirmed_leaves_the_message_where_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object, **__: object) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(Graveyard, "bury", refused)
    good = wires(1, owner=desk.owner)[0]
    await desk.send(replace(good, body=b"{}"))
    each = consumer(desk, Collected())
    async with running(each):
        await until(lambda: _waits(each), what="the consumer waiting")
    await until(lambda: _is(desk.depth, 1), what="the message back in its queue")


async def _waits(each: BatchConsumer) -> bool:
    try:
        await each.pulse.ping()
    except Sick as why:
        return str(why) == "ConnectionResetError"
    return False
