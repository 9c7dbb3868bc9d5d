"""A message that kills its consumer, and what is given back unharmed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiormq
import psutil
import pytest
from aio_pika.exceptions import AMQPError
from msgspec.structs import replace

from bench.verification.contestant import Processes
from chassis.messaging.batch_consumer import Arrival, Conclusion, Settled
from dev.stack.stack import Stack
from ketuk_events.events import MOST_BYTES
from tests.integration.chassis.conftest import Desk, until, wires
from tests.integration.chassis.test_batches import consumer, running
from tests.support.bounds import BOUND_SECONDS

CONF = (Path(__file__).parents[3] / "deploy" / "broker" / "rabbitmq.conf").read_text()
LONGEST = int(CONF.partition("\nmax_message_size = ")[2].splitlines()[0])
"""What the broker takes, where it is deployed and here."""


@asynccontextmanager
async def mortal(desk: Desk, *, poison: str) -> AsyncIterator[tuple[int, asyncio.StreamReader]]:
    """Whose children they are, and what they say, one after the other."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.chassis.mortal", desk.queue.name, poison),
        env={**os.environ, "AMQP_URL": desk.broker.url},
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        yield process.pid, process.stdout
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def test_one_of_300_that_kills_its_process_dies_alone_and_the_others_are_worked_on(desk: Desk) -> None:
    sent = wires(300, owner=desk.owner)
    poison = sent[140].message_id
    await desk.send(*sent)
    did: set[str] = set()
    deaths: list[int] = []
    async with mortal(desk, poison=poison) as (_, said):

        async def hear() -> None:
            async for line in said:
                word, what = line.decode().split()
                if word == "did":
                    did.add(what)
                else:
                    deaths.append(int(what))

        async def is_over() -> bool:
            return await desk.dead_depth() >= 1 and len(did) >= 299

        hearing = asyncio.create_task(hear())
        await until(is_over, what="the poison dead and the others worked on")
        hearing.cancel()
    letter = await desk.dead_letter()
    assert letter is not None
    assert (letter.message_id, await desk.dead_depth(), await desk.depth()) == (poison, 0, 0)
    assert did == {wire.message_id for wire in sent} - {poison}
    # the first time it took others with it, and from then on it was alone
    assert deaths[0] > 1
    assert len(deaths) > 10
    assert set(deaths[1:]) == {1}


async def test_hundreds_of_the_longest_messages_leave_a_consumer_below_its_limit_of_memory(
    desk: Desk,
) -> None:
    """The limit is compose's 512 MB, less what verification has beside this consumer."""
    sent = [replace(wire, body=b"x" * LONGEST) for wire in wires(700, owner=desk.owner)]
    for first in range(0, len(sent), 50):
        await desk.send(*sent[first : first + 50])

    async def all_dead() -> bool:
        return await desk.dead_depth() == len(sent)

    async with mortal(desk, poison="") as (process, said):
        reading = asyncio.create_task(said.read())  # or it would wait for a reader of its log
        await until(all_dead, what="all of them dead")
        most = Processes(psutil.Process(process).children()).peak()
    await reading
    await desk.dead.purge()
    assert most < 440 * 1_024**2


async def test_the_broker_takes_no_longer_message(desk: Desk) -> None:
    (wire,) = wires(1, owner=desk.owner)
    async with desk.broker.channel() as channel:
        publisher = await desk.broker.publisher(channel)
        with pytest.raises(AMQPError):
            await publisher.publish_all([replace(wire, body=b"x" * (LONGEST + 1))])
    assert LONGEST > MOST_BYTES


async def prefetch(stack: Stack, queue: str) -> set[int]:
    """Of the consumers of a queue."""
    told = await asyncio.to_thread(
        stack.rabbitmq.control, "list_consumers", "-p", "ketuk", "queue_name", "prefetch_count"
    )
    rows = [line.split() for line in told.splitlines()]
    return {int(number) for name, number in rows if name == queue}


async def test_a_consumer_takes_one_at_a_time_until_one_comes_that_was_never_delivered(
    desk: Desk, stack: Stack
) -> None:
    seen: list[int] = []
    go_on = asyncio.Semaphore(0)

    async def work(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        seen.append(len(arrivals))
        await go_on.acquire()
        return [Settled() for _ in arrivals]

    async def at_work(times: int) -> bool:
        return len(seen) >= times

    await desk.send(*wires(2, owner=desk.owner))
    for held in [await desk.queue.get() for _ in range(2)]:
        await held.nack()
    async with running(consumer(desk, work)):
        await until(lambda: at_work(1), what="the first")
        assert await prefetch(stack, desk.queue.name) == {1}
        go_on.release()
        await until(lambda: at_work(2), what="the second")
        assert await prefetch(stack, desk.queue.name) == {1}
        await desk.send(*wires(30, owner=desk.owner))
        go_on.release()
        await until(lambda: at_work(3), what="the first that is fresh")
        assert await prefetch(stack, desk.queue.name) == {400}
        for _ in range(30):
            go_on.release()
        await until(lambda: _is_empty(desk), what="all worked on")
    assert seen[:3] == [1, 1, 1]


async def _is_empty(desk: Desk) -> bool:
    return await desk.depth() == 0


async def test_what_is_held_through_an_outage_is_given_back_by_nack_and_never_rejected(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    for word in ("basic_nack", "basic_reject", "basic_ack"):
        monkeypatch.setattr(aiormq.Channel, word, _told(said, word, getattr(aiormq.Channel, word)))
    away = True

    async def ready() -> None:
        if said and away:
            raise ConnectionRefusedError

    async def work(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        if away:
            raise ConnectionResetError
        return [Settled() for _ in arrivals]

    async def are_back() -> bool:
        return bool(said) and await desk.depth() == 50

    await desk.send(*wires(50, owner=desk.owner))
    async with running(consumer(desk, work, ready=ready, hold_seconds=0.2)):
        await until(are_back, what="all of them back")
        assert said == ["basic_nack"]
        away = False
        await until(lambda: _is_empty(desk), what="all worked on")
    assert set(said) == {"basic_nack", "basic_ack"}
    assert await desk.dead_depth() == 0


async def test_an_outage_in_which_all_seems_well_costs_one_delivery(
    desk: Desk,
) -> None:
    """As a database that answers and cannot write: what is taken over and over would die at the 20th time."""
    away = True
    tries = 0

    async def work(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        nonlocal tries
        tries += 1
        if away:
            raise ConnectionResetError
        return [Settled() for _ in arrivals]

    async def tried() -> bool:
        return tries >= 8 and await desk.depth() == 1

    await desk.send(*wires(1, owner=desk.owner))
    async with running(consumer(desk, work, hold_seconds=0.05)):
        await until(tried, what="many tries", seconds=40)
        held = await desk.queue.get()
        await held.nack()
        away = False
        await until(lambda: _is_empty(desk), what="all worked on")
    assert held.headers["x-delivery-count"] == 1
    assert await desk.dead_depth() == 0


def _told(said: list[str], word: str, call: object) -> object:
    async def telling(*arguments: object, **named: object) -> None:
        said.append(word)
        await call(*arguments, **named)  # type: ignore[operator]  # a method of aiormq's channel

    return telling


async def test_a_stopping_consumer_leaves_what_it_has_not_begun_to_the_others(desk: Desk) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    first: list[str] = []

    async def slow(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        first.extend(str(arrival.event.id) for arrival in arrivals)
        begun.set()
        await go_on.wait()
        return [Settled() for _ in arrivals]

    others: list[str] = []

    async def work(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        others.extend(str(arrival.event.id) for arrival in arrivals)
        return [Settled() for _ in arrivals]

    async def all_done() -> bool:
        return len(first) + len(others) >= 100

    await desk.send(*(sent := wires(100, owner=desk.owner)))
    stopping = asyncio.Event()
    stopped = asyncio.create_task(consumer(desk, slow, at_most=10).run(stopping))
    await begun.wait()
    stopping.set()
    go_on.set()
    await asyncio.wait_for(stopped, BOUND_SECONDS)
    assert len(first) <= 10
    async with running(consumer(desk, work)):
        await until(all_done, what="the rest, by another")
    assert sorted(first + others) == sorted(wire.message_id for wire in sent)
    assert await desk.dead_depth() == 0
