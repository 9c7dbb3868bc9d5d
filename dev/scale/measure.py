"""Measures what a tap costs, on the private stack with real messages; fsync and quorum queues as ever."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import aio_pika
import asyncpg
import psutil
from yarl import URL

from chassis.messaging.broker import EVENTS, Broker
from dev.demo.city import enter_city
from dev.demo.private import PrivateRun
from dev.ledger.feed import FeedReader
from dev.scale.cost import Cost, Round
from dev.scale.load import COUNTER, batches, healthy_cards, taps
from dev.stack.platform import ran_on
from dev.stack.stack import Stack
from ketuk_events.events import Wire
from simulator.__main__ import known_issuer

FOLDER = Path(__file__).parents[2] / ".run" / "scale"
ROUNDS, TAPS, BATCH = 3, 3000, 200
REST_SECONDS = 10.0
CONNECTIONS, QUEUES = 200, 300
BOUND_SECONDS = 180.0
PARTS = {"verification": "verification", "registry": "registry", "broker": "rabbitmq", "database": "postgres"}


def measure() -> Cost:
    """Start everything, measure, stop everything."""
    stack = Stack.fresh(folder=FOLDER)
    try:
        stack.start()
        run = PrivateRun(stack=stack, seed=1, taps=13, kill=(), say=lambda _: None)
        run.services.start("verification", "registry")
        return asyncio.run(_measure(stack, run))
    finally:
        stack.discard()


async def _measure(stack: Stack, run: PrivateRun) -> Cost:
    issuer = known_issuer(stack.secrets.folder("simulator-issuer.json"))
    cards = healthy_cards(issuer)
    await asyncio.to_thread(run.services.until_all_ready, "verification", "registry")
    await enter_city(run.taps.site, cards=cards)
    found = stack.environment()
    feed = FeedReader(
        institution=COUNTER.gateway, url=run.taps.site.feeds[COUNTER.gateway], heard=lambda _: None
    )
    gateway = Broker(url=found[f"AMQP_GATEWAY_{COUNTER.gateway.replace('-', '_').upper()}_URL"], name="scale")
    admin = str(URL(found["AMQP_ADMIN_URL"]).with_path("/ketuk"))
    listening = asyncio.create_task(feed.run())
    try:
        # first of all, while nothing else moves the broker's memory
        connection_bytes, reply_queue_bytes = await _connections(stack, admin), await _queues(stack, admin)
        warm = taps(stack.secrets, cards, issuer=issuer, count=500)
        await _round(stack, gateway, feed, warm, rest=dict.fromkeys(PARTS, 0.0))
        rounds = []
        for _ in range(ROUNDS):
            rest = await _at_rest(stack)
            wires = await asyncio.to_thread(taps, stack.secrets, cards, issuer=issuer, count=TAPS)
            rounds.append(await _round(stack, gateway, feed, wires, rest=rest))
        judged = await _stored(stack, "verification", "SELECT avg(length(body)) FROM decisions")
        told = await _stored(stack, "registry", "SELECT avg(length(body)) FROM disclosures")
        return Cost(
            environment={
                **await ran_on(stack),
                "queues": "quorum, one node",
                "connections": "plain TCP over the loopback",
            },
            rounds=tuple(rounds),
            card_read_bytes=len(warm[0].body),
            tap_judged_bytes=int(judged),
            disclosure_bytes=int(told),
            one_queue_per_second=await _one_queue(admin, warm),
            connection_bytes=connection_bytes,
            reply_queue_bytes=reply_queue_bytes,
        )
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _round(
    stack: Stack, gateway: Broker, feed: FeedReader, wires: Sequence[Wire], *, rest: dict[str, float]
) -> Round:
    size, cpu, heard = await _database_bytes(stack), _cpu(stack), len(feed.received)
    began = time.perf_counter()
    async with gateway.channel() as channel:
        publisher = await gateway.publisher(channel)
        for batch in batches(wires, BATCH):
            await publisher.publish_all(batch)
        async with asyncio.timeout(BOUND_SECONDS):
            await feed.until(heard + len(wires))
    seconds = time.perf_counter() - began
    return Round(
        taps=len(wires),
        seconds=seconds,
        cpu={part: used - cpu[part] - rest[part] * seconds for part, used in _cpu(stack).items()},
        database_bytes=await _database_bytes(stack) - size,
    )


async def _at_rest(stack: Stack) -> dict[str, float]:
    """CPU seconds a second while nobody taps."""
    before = _cpu(stack)
    await asyncio.sleep(REST_SECONDS)
    return {part: (used - before[part]) / REST_SECONDS for part, used in _cpu(stack).items()}


def _cpu(stack: Stack) -> dict[str, float]:
    return {part: sum(map(_process_cpu, _tree(stack, name))) for part, name in PARTS.items()}


def _tree(stack: Stack, name: str) -> list[psutil.Process]:
    first = psutil.Process(stack.children.pid(name))
    return [first, *first.children(recursive=True)]


def _process_cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    # what its children used that have ended is with it
    return float(times.user + times.system + times.children_user + times.children_system)


async def _database_bytes(stack: Stack) -> int:
    sizes = [
        await _stored(stack, name, "SELECT pg_database_size(current_database())")
        for name in ("verification", "registry")
    ]
    return int(sum(sizes))


async def _stored(stack: Stack, database: str, query: str) -> float:
    connection = await asyncpg.connect(stack.postgres.url(database))
    found = await connection.fetchval(query)
    await connection.close()
    return float(found)


async def _one_queue(admin: str, wires: Sequence[Wire]) -> float:
    """How fast one quorum queue takes messages, when nothing else is done with them."""
    async with await aio_pika.connect(admin) as connection:
        channel = await connection.channel(publisher_confirms=True)
        queue = await channel.declare_queue("scale", durable=True, arguments={"x-queue-type": "quorum"})
        began, sent = time.perf_counter(), 0
        while time.perf_counter() - began < REST_SECONDS:
            for batch in batches(wires, BATCH):
                messages = [aio_pika.Message(wire.body, delivery_mode=2) for wire in batch]
                await asyncio.gather(
                    *(channel.default_exchange.publish(message, "scale") for message in messages)
                )
                sent += len(batch)
        seconds = time.perf_counter() - began
        await queue.delete(if_unused=False, if_empty=False)
    return sent / seconds


async def _connections(stack: Stack, admin: str) -> int:
    before = _broker_memory(stack)
    async with AsyncExitStack() as held:
        for _ in range(CONNECTIONS):
            connection = await held.enter_async_context(await aio_pika.connect(admin))
            await connection.channel()
        return (_broker_memory(stack) - before) // CONNECTIONS


async def _queues(stack: Stack, admin: str) -> int:
    async with await aio_pika.connect(admin) as connection:
        channel = await connection.channel()
        before = _broker_memory(stack)
        queues = [
            await channel.declare_queue(f"scale.{number}", durable=True, arguments={"x-expires": 600_000})
            for number in range(QUEUES)
        ]
        for queue in queues:
            await queue.bind(EVENTS, f"tap.judged.v1.scale.{queue.name}")
        used = (_broker_memory(stack) - before) // QUEUES
        for queue in queues:
            await queue.delete(if_unused=False, if_empty=False)
    return used


def _broker_memory(stack: Stack) -> int:
    """What Erlang has allocated, after it was told to collect its garbage."""
    expression = "[garbage_collect(P) || P <- processes()], erlang:memory(total)"
    return int(stack.rabbitmq.evaluate(expression))
