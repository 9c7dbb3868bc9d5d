"""Every part of verification is at work again after every fault, with no hand on it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from uuid import uuid4

import aiohttp
import pytest
from yarl import URL

from chassis.messaging.broker import DEAD_LETTERS
from chassis.storage.postgres import Pool
from dev.faults.link import Link
from ketuk_events import catalogue
from ketuk_events.projection import SnapshotPart
from tests.integration.chassis.conftest import until
from tests.integration.liveness.faults import FAULTS, SLOW, WithDatabase
from tests.integration.liveness.service import RESOURCES, SOON_SECONDS, ServiceWithDatabase, administrators
from tests.integration.verification import conftest
from tests.integration.verification.bench import NAME, Bench, fresh, next_of, running, wire
from verification.decisions import partitions as keeping

bench = conftest.bench
QUEUES = ("verification.readings", "verification.projection")


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LOOK_SECONDS", 1.0)


class Verification(ServiceWithDatabase):
    """Verification, and who deals with it."""

    def __init__(self, *, bench: Bench, pool: Pool, http: aiohttp.ClientSession) -> None:
        super().__init__(name="verification", http=http, pool=pool)
        self.bench = bench

    async def judges(self) -> None:
        """A reading comes to its verdict."""
        found = fresh()
        await self.bench.say(NAME, self.bench.reading(found))
        judged = None
        while judged is None or judged.tap != found.tap:
            _, judged = await self.bench.verdict()

    async def to_be_taken(self) -> None:
        """Have a reading delivered to it."""
        await self.bench.say(NAME, self.bench.reading(fresh()))

    async def takes_in_changes(self) -> None:
        """A change of the registry's comes into the projection."""
        card = self.bench.status(fresh(), "active", version=1)
        reference = uuid4().hex * 2
        changed = type(card)(card_ref=reference, status="active", version=1)
        await self.bench.say(
            "registry", wire(catalogue.CARD_STATUS_CHANGED, changed, source="registry", owner="registry")
        )

        async def known() -> bool:
            statement = "SELECT count(*) FROM cards WHERE card_ref = decode($1, 'hex')"
            return bool(await self.pool.fetchval(statement, reference))

        await until(known, what="the card in the projection", seconds=SOON_SECONDS)

    async def rebuilds(self) -> None:
        """An emptied projection asks for everything."""
        await self.pool.execute("DELETE FROM snapshot_requests")
        parts = await self.pool.fetch("DELETE FROM snapshot_parts RETURNING answer, part, parts")
        await next_of(self.bench.requests)
        await self.pool.executemany("INSERT INTO snapshot_parts VALUES ($1, $2, $3)", parts)

    async def makes_months(self) -> None:
        """A month that is missing is made."""
        name = await self.pool.fetchval(
            """
            SELECT max(inhrelid::regclass::text) FROM pg_inherits
            WHERE inhparent = 'decisions'::regclass AND inhrelid::regclass::text ~ '_[0-9]{4}_[0-9]{2}$'
            """
        )
        await self.pool.execute(f"DROP TABLE {name}")

        async def there() -> bool:
            return await self.pool.fetchval("SELECT to_regclass($1)", name) is not None

        await until(there, what=f"{name} made", seconds=SOON_SECONDS)


PROBES: Mapping[str, Callable[[Verification], Awaitable[None]]] = {
    "readings": Verification.judges,
    "projection": Verification.takes_in_changes,
    "rebuilding": Verification.rebuilds,
    "keeping": Verification.makes_months,
    "relay": ServiceWithDatabase.relays,
}
"""For each part what shows that it works."""


@asynccontextmanager
async def behind_links(bench: Bench, port: int) -> AsyncIterator[tuple[Verification, Link, Link]]:
    found = bench.found
    amqp, url = URL(found["AMQP_VERIFICATION_URL"]), URL(found["DATABASE_VERIFICATION_URL"])
    assert amqp.port is not None
    assert url.port is not None
    async with (
        Link(to=amqp.port).running() as to_broker,
        Link(to=url.port).running() as to_database,
        administrators(found["DATABASE_ADMIN_URL"], database="verification") as pool,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
    ):
        through = {
            "AMQP_VERIFICATION_URL": str(amqp.with_port(to_broker.port)),
            "DATABASE_VERIFICATION_URL": str(url.with_port(to_database.port)),
        }
        async with running(found | through, http_port=port):
            yield Verification(bench=bench, pool=pool, http=http), to_broker, to_database


async def informed(service: Verification) -> None:
    """Tell it all that there is to know: one gateway."""
    bench = service.bench
    part = SnapshotPart(part=1, parts=1, approved=(bench.approved(),))
    await bench.answer(part, asked=await bench.asked_for_everything())
    await service.until_ready()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try every fault in the long form of a run."""
    if "name" in metafunc.fixturenames:
        is_long = metafunc.config.getoption("--long")
        metafunc.parametrize("name", [each for each in FAULTS if is_long or each not in SLOW])


async def test_every_part_of_verification_works_again_after(
    bench: Bench, unused_tcp_port: int, *, name: str, is_long: bool
) -> None:
    async with behind_links(bench, unused_tcp_port) as (service, to_broker, to_database):
        await informed(service)
        _, resources = await service.resources()
        assert set(resources) - RESOURCES == set(PROBES), "each part has to have a probe"
        around = WithDatabase(
            stack=bench.stack,
            broker=to_broker,
            database=to_database,
            admin=bench.channel,
            queues=QUEUES,
            name="verification",
            service=service,
        )
        async with FAULTS[name](around):
            pass

        async def one_after_the_other() -> None:
            for probe in PROBES.values():
                await probe(service)

        await service.works_again(one_after_the_other, is_long=is_long)
    assert await bench.depth(DEAD_LETTERS) == 0
