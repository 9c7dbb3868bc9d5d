"""From `tap.judged` to what an agency is told: the registry's own process beside a bare loop, in turns."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aio_pika
import msgspec
from aio_pika.abc import AbstractChannel, AbstractQueue
from joserfc.jwk import ECKey
from yarl import URL

from bench.registry.figures import Race
from bench.registry.verdicts import PLACE, verdicts
from chassis.messaging.broker import DEAD_LETTERS, EVENTS
from chassis.messaging.publisher import Publisher
from chassis.storage.postgres import Connection
from chassis.topology.definitions import AGENCIES
from dev.stack.depth import depth
from dev.stack.secret_files import REGION
from dev.stack.stack import Stack
from ketuk_events.events import Wire
from registry.disclosure.agreement import Agreement
from registry.disclosure.disclosure_messages import QUEUE
from registry.disclosure.store import agreements
from registry.gateways import store as gateways
from registry.gateways.gateway import Gateway
from registry.places.store import institutions
from registry.places.store.institutions import Institution

MESSAGES = 6_000
ROUNDS = 5
INSTITUTIONS = 4
WARM = 0.05
"""The part for which a process may start, connect and fill its caches."""
BOUND_SECONDS = 300.0
_LAST_LINES = 20
"""Of a log, where a race does not end."""
ONE, TWO, BARE = "one process", "two processes", "bare loop"
_NAMES = tuple(f"race-{number}" for number in range(1, INSTITUTIONS + 1))


async def disclosing(
    stack: Stack, settings: Mapping[str, str], *, database: Connection
) -> dict[str, tuple[Race, ...]]:
    """Rounds of each in turns, over the same verdicts."""
    wires = list(verdicts(stack.secrets, _NAMES, count=MESSAGES))
    settings = {**settings, "KETUK_HTTP_PORT": "0"}
    await _enter(database)
    found: dict[str, list[Race]] = {BARE: [], ONE: [], TWO: []}
    async with _course(stack, database, wires) as course:
        # told once for the size of what the bare loop sends
        await course.race(stack, ["registry"], settings)
        told = await database.fetchval("SELECT avg(length(body))::int FROM disclosures")
        bare = {
            **settings,
            "BARE_BYTES": str(told),
            "BARE_KEYS": ",".join(f"card.verified.v1.{REGION}.{name}" for name in _NAMES),
        }
        for number in range(ROUNDS):
            for name, modules, given in (
                (BARE, ["bench.registry.bare"], bare),
                (ONE, ["registry"], settings),
                (TWO, ["registry"] * 2, settings),
            ):
                came = await course.race(stack, modules, given)
                found[name].append(came)
                sys.stderr.write(f"round {number + 1}: {name}: {came.per_second:.0f} a second\n")
    return {name: tuple(races) for name, races in found.items()}


async def _enter(database: Connection) -> None:
    key = ECKey.generate_key("P-256", {"use": "enc"})
    now = datetime.now(UTC)
    for name in _NAMES:
        await institutions.save(database, Institution(institution=name, name=name, kind="kelurahan"))
        await gateways.save(
            database,
            Gateway(name=name, institution=name, place=PLACE, public_key="", state="approved", version=1),
            region=REGION,
        )
        await agreements.add(
            database,
            Agreement(
                institution=name,
                version=1,
                reference=f"PKS-CONTOH-{name}",
                legal_basis="Permendagri 102/2019",
                purposes=("record",),
                attributes=("nik", "name"),
                places=(),
                readers=(),
                valid_from=now - timedelta(days=1),
                valid_until=now + timedelta(days=365),
                public_key=msgspec.convert(key.as_dict(private=False), dict[str, str]),
            ),
        )


@dataclass(frozen=True, kw_only=True)
class _Course:
    """Where they run: the queue that is full before the start, and the agencies' queues where it ends."""

    services: AbstractChannel
    verification: AbstractChannel
    feeds: Sequence[AbstractQueue]
    database: Connection
    wires: Sequence[Wire]

    async def race(self, stack: Stack, modules: Sequence[str], settings: Mapping[str, str]) -> Race:
        """Let processes take all. Raises TimeoutError where they do not, with what they said last."""
        await self._clear()
        exchange = await self.verification.get_exchange(EVENTS, ensure=False)
        await Publisher(channel=self.verification, exchange=exchange, user="verification").publish_all(
            self.wires
        )
        count = len(self.wires)
        with _running(stack, modules, settings) as names:
            await self._told(int(WARM * count), stack, names)
            first, began = await self._depth(), time.perf_counter()
            await self._told(count, stack, names)
            seconds = time.perf_counter() - began
        return Race(messages=count - first, seconds=round(seconds, 3))

    async def _clear(self) -> None:
        for queue in (await self.services.get_queue(QUEUE, ensure=False), *self.feeds):
            await queue.purge()
        tables = "verdicts, disclosures, disclosure_links, disclosure_heads, bare"
        await self.database.execute(f"TRUNCATE {tables}")
        await self.database.execute("DELETE FROM chip_findings WHERE gateway LIKE 'race-%'")
        await self.database.execute("CHECKPOINT")

    async def _told(self, count: int, stack: Stack, names: Sequence[str]) -> None:
        deadline = time.monotonic() + BOUND_SECONDS
        while (came := await self._depth()) < count:
            run = [name for name in names if stack.children.exit_code(name) is None]
            if time.monotonic() > deadline or not run:
                left = {name: await depth(self.services, name) for name in (QUEUE, DEAD_LETTERS)}
                last = [stack.children.said(name).splitlines()[-_LAST_LINES:] for name in names]
                said = "\n".join(line for lines in last for line in lines)
                raise TimeoutError(f"{came} of {count} were told, {run} run; left: {left}. {said}")
            await asyncio.sleep(0.02)

    async def _depth(self) -> int:
        return sum([await depth(queue.channel, queue.name) for queue in self.feeds])


@contextmanager
def _running(stack: Stack, modules: Sequence[str], settings: Mapping[str, str]) -> Iterator[Sequence[str]]:
    names = [f"race-{number}" for number in range(len(modules))]
    for name, module in zip(names, modules, strict=True):
        stack.children.start(name, [sys.executable, "-m", module], environment=settings)
    try:
        yield names
    finally:
        for name in names:
            stack.children.stop(name)


@asynccontextmanager
async def _course(stack: Stack, database: Connection, wires: Sequence[Wire]) -> AsyncIterator[_Course]:
    admin = URL(stack.environment()["AMQP_ADMIN_URL"])
    await database.execute(
        """
        CREATE TABLE bare (
            position  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            event_id  uuid NOT NULL UNIQUE,
            body      bytea NOT NULL
        );
        ALTER TABLE bare OWNER TO registry
        """
    )
    async with (
        await aio_pika.connect(str(admin.with_path("/ketuk"))) as services,
        await aio_pika.connect(str(admin.with_path("/ketuk-agencies"))) as agencies,
        await aio_pika.connect(stack.environment()["AMQP_VERIFICATION_URL"]) as verification,
    ):
        channel = await agencies.channel()
        feeds = []
        for name in _NAMES:
            queue = await channel.declare_queue(
                f"{name}.feed", durable=True, arguments={"x-queue-type": "quorum"}
            )
            await queue.bind(AGENCIES, f"*.*.*.*.{name}")
            feeds.append(queue)
        yield _Course(
            services=await services.channel(),
            verification=await verification.channel(publisher_confirms=True, on_return_raises=True),
            feeds=feeds,
            database=database,
            wires=wires,
        )
    await database.execute("DROP TABLE bare")
