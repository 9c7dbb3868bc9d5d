"""A broker that is short of memory: whoever publishes waits, and says so; nothing is lost or sent twice."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial

import pytest
from aio_pika.abc import AbstractQueue

from chassis.messaging import publisher
from chassis.messaging.batch_consumer import Arrival, Conclusion, Dead, Settled
from chassis.messaging.broker import EVENTS
from chassis.messaging.relay import Relay
from chassis.runtime.health import Pulse, Sick
from chassis.storage.postgres import Pool, PostgresOutbox
from dev.stack.depth import depth
from dev.stack.stack import Stack
from ketuk_events.events import Wire
from tests.integration.chassis import test_outbox
from tests.integration.chassis.conftest import Desk, until, wires
from tests.integration.chassis.test_batches import Collected, consumer, running
from tests.integration.chassis.test_outbox import add, relaying, rows

pool = test_outbox.pool
WORD = "the broker takes no messages: it is short of memory or disk"
CONFIRM_SECONDS = 1.0


class Alarm:
    """Whether the broker is short of memory."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    async def begin(self) -> None:
        await asyncio.to_thread(self._stack.rabbitmq.run_short_of_memory)

    async def end(self) -> None:
        await asyncio.to_thread(self._stack.rabbitmq.have_memory_again)

    async def connections(self) -> int:
        """Of the account of verification, as the broker counts them."""
        found = '[{user, <<"verification">>}] <- rabbit_networking:connection_info_all([user])'
        return int(await self._evaluated(f"length([1 || {found}])"))

    async def unsettled(self, queue: str) -> int:
        """Messages in a queue, held ones included."""
        found = f'{{ok, Q}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"ketuk">>, queue, <<"{queue}">>))'
        return int(await self._evaluated(f"{found}, [{{_, N}}] = rabbit_amqqueue:info(Q, [messages]), N"))

    async def _evaluated(self, expression: str) -> str:
        return await asyncio.to_thread(self._stack.rabbitmq.evaluate, expression)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An alarm lasts longer than a confirm may take."""
    monkeypatch.setattr(publisher, "CONFIRM_SECONDS", CONFIRM_SECONDS)
    monkeypatch.setattr(publisher, "LOOK_SECONDS", 0.2)


@pytest.fixture
async def alarm(stack: Stack) -> AsyncIterator[Alarm]:
    made = Alarm(stack)
    yield made
    await made.end()


async def says(pulse: Pulse) -> str:
    try:
        await pulse.ping()
    except Sick as why:
        return str(why)
    return "ok"


async def _is(ask: Callable[[], object], wanted: object) -> bool:
    found = ask()
    return (await found if asyncio.iscoroutine(found) else found) == wanted


async def landing(desk: Desk) -> tuple[AbstractQueue, Wire]:
    """A message, and a queue of its own in which it lands."""
    owner = f"{desk.owner}-follows"
    (wire,) = wires(1, owner=owner)
    queue = await desk.admin.declare_queue(owner, exclusive=True)
    await queue.bind(EVENTS, wire.routing_key)
    return queue, wire


async def test_a_relay_waits_for_as_long_as_the_alarm_lasts(desk: Desk, pool: Pool, alarm: Alarm) -> None:
    outbox = PostgresOutbox(pool=pool)
    await add(pool, outbox, 3, desk.owner)
    relay = Relay(broker=desk.broker, outbox=outbox)
    words: list[str] = []

    async def waited_long() -> bool:
        words.append(await says(relay.pulse))
        return words.count(WORD) > 2 * CONFIRM_SECONDS / 0.02

    await alarm.begin()
    async with relaying(relay):
        await until(waited_long, what="the relay's word on the alarm, for longer than a confirm may take")
        assert "TimeoutError" not in words
        assert await rows(pool) == 3
        await alarm.end()
        await until(partial(_is, partial(rows, pool), 0), what="all sent")
        assert await says(relay.pulse) == "ok"
    assert await desk.depth() == 3


async def test_a_relay_gives_its_rows_back_while_the_alarm_lasts_and_sends_each_once(
    desk: Desk, pool: Pool, alarm: Alarm
) -> None:
    outbox = PostgresOutbox(pool=pool)
    await add(pool, outbox, 3, desk.owner)
    relay = Relay(broker=desk.broker, outbox=outbox)

    async def free() -> int:
        async with pool.acquire() as connection, connection.transaction():
            return len(await connection.fetch("SELECT FROM outbox FOR UPDATE SKIP LOCKED"))

    await alarm.begin()
    async with relaying(relay):
        await until(partial(_is, partial(says, relay.pulse), WORD), what="the relay's word on the alarm")
        await until(partial(_is, free, 3), what="the rows given back", seconds=20 * CONFIRM_SECONDS)
        for _ in range(100):
            assert await free() == 3
            assert await says(relay.pulse) == WORD
        assert await alarm.connections() == 1, "each connection more is one that the broker does not read"
        await alarm.end()
        await until(partial(_is, partial(rows, pool), 0), what="all sent")
    assert await desk.depth() == 3, "some were sent twice"


async def test_a_consumer_holds_its_batch_for_as_long_as_the_alarm_lasts(desk: Desk, alarm: Alarm) -> None:
    landed, follow = await landing(desk)
    handled = Collected(lambda _: (follow,))
    (sent,) = wires(1, owner=desk.owner)
    await desk.send(sent)
    await alarm.begin()
    each = consumer(desk, handled)
    async with running(each):
        await until(partial(_is, partial(says, each.pulse), WORD), what="the consumer's word on the alarm")
        assert handled.ids == [sent.message_id]
        await alarm.end()
        await until(partial(_is, partial(depth, desk.admin, landed.name), 1), what="what follows")
    assert handled.ids == [sent.message_id]
    assert await desk.dead_depth() == 0


async def test_a_consumer_gives_back_what_it_cannot_send_and_takes_it_again_after_the_alarm(
    desk: Desk, alarm: Alarm
) -> None:
    landed, follow = await landing(desk)
    handled = Collected(lambda _: (follow,))
    await desk.send(*wires(1, owner=desk.owner))
    await alarm.begin()
    each = consumer(desk, handled, hold_seconds=CONFIRM_SECONDS)
    async with running(each):
        await until(partial(_is, partial(says, each.pulse), WORD), what="the consumer's word on the alarm")
        await until(partial(_is, desk.depth, 1), what="the message given back", seconds=30 * CONFIRM_SECONDS)
        given = list(handled.ids)
        for _ in range(50):
            assert await desk.depth() == 1
            assert await says(each.pulse) == WORD
        assert handled.ids == given, "it was taken again while nothing can be sent"
        assert await alarm.connections() == 1, "each connection more is one that the broker does not read"
        await alarm.end()
        await until(partial(_is, desk.depth, 0), what="the message taken again")
        await until(partial(_is, partial(depth, desk.admin, landed.name), 2), what="what follows")
    assert await desk.dead_depth() == 0


@pytest.mark.parametrize("ends", ["followed", "dead"])
async def test_a_consumer_acknowledges_what_publishes_nothing_while_the_alarm_lasts(
    desk: Desk, alarm: Alarm, ends: str
) -> None:
    landed, follow = await landing(desk)
    sent = wires(40, owner=desk.owner)
    speaks = {sent[0].message_id, sent[9].message_id}
    given: list[str] = []

    def concluded(name: str) -> Conclusion:
        if name not in speaks:
            return Settled()
        return Settled(follows=(follow,)) if ends == "followed" else Dead(reason="disowned")

    async def handle(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        names = [str(arrival.event.id) for arrival in arrivals]
        given.extend(names)
        return [concluded(name) for name in names]

    await desk.send(*sent)
    await alarm.begin()
    unsettled = partial(alarm.unsettled, desk.queue.name)
    each = consumer(desk, handle, at_most=5)
    async with running(each):
        await until(partial(_is, unsettled, 2), what="all but two acknowledged")
        assert await says(each.pulse) == WORD
        await alarm.end()
        await until(partial(_is, unsettled, 0), what="all acknowledged")
    assert sorted(given) == sorted(wire.message_id for wire in sent)
    if ends == "followed":
        assert await depth(desk.admin, landed.name) > 0
    else:
        assert await desk.dead_depth() == 2
