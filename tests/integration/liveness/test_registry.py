"""Every part of the registry is at work again after every fault, with no hand on it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from uuid import uuid4

import msgspec
import pytest
from aio_pika.abc import AbstractChannel, AbstractQueue
from yarl import URL

from chassis.messaging.broker import DEAD_LETTERS, EVENTS
from chassis.storage.postgres import Pool
from dev.faults.link import Link
from dev.stack.stack import Stack
from ketuk_events.readers import ReaderSilent
from registry import republisher as retelling
from registry.audit.refused_requests_job import Refusing
from registry.chip_health.comparison_job import Comparing
from registry.chip_health.count_job import Counting
from registry.privacy.retention_job import Forgetting
from tests.integration.liveness.faults import FAULTS, WithDatabase
from tests.integration.liveness.service import RESOURCES, ServiceWithDatabase, administrators
from tests.integration.registry import conftest
from tests.integration.registry.case import Case, all_of, until
from tests.integration.registry.speaking import BEAT_SECONDS, beat, say, speaking
from tests.integration.registry.test_alarms import alarm
from tests.integration.registry.test_cards import issued, resident
from tests.integration.registry.test_snapshots import request

template, database_url = conftest.template, conftest.database_url
settings, kept, case = conftest.settings, conftest.kept, conftest.case
QUEUES = ("registry.verdicts", "registry.alarms", "registry.fleet", "registry.snapshots")
SHORT = (
    "the broker falls silent",
    "the queues are deleted",
    "the database is killed",
    "the database has no connection left",
)
"""Faults of which each is met by other lines of the code; verification meets more in every run."""
ONCE = {"places", "purposes"}
"""Parts that have done their work before any fault comes."""


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retelling, "AGAIN_SECONDS", 1.0)
    for part, setting in (
        (Comparing, "look_seconds"),
        (Counting, "look_seconds"),
        (Forgetting, "every_seconds"),
        (Refusing, "every_seconds"),
    ):
        monkeypatch.setattr(part.__init__, "__kwdefaults__", {setting: 1.0})


class Registry(ServiceWithDatabase):
    """The registry, and who deals with it past the links."""

    def __init__(
        self,
        *,
        case: Case,
        pool: Pool,
        gateway: AbstractChannel,
        known: str,
        agency: str,
        heard: Mapping[str, AbstractQueue],
    ) -> None:
        """Take the channel of one gateway, the name of another, and of an agency that is told of its taps."""
        super().__init__(name="registry", http=case.http, pool=pool)
        self.case = case
        self._gateway = gateway
        self._known = known
        self._agency = agency
        self._heard = heard

    async def _until(self, statement: str, *given: object, what: str) -> None:
        async def holds() -> bool:
            return bool(await self.pool.fetchval(statement, *given))

        await until(holds, what=what)

    async def takes_in_verdicts(self) -> None:
        """A verdict becomes a disclosure."""
        before = await self.pool.fetchval("SELECT count(*) FROM disclosures")
        await self.case.judge(self.case.verdict(self._known))
        await self._until("SELECT count(*) > $1 FROM disclosures", before, what="a disclosure")

    async def to_be_taken(self) -> None:
        """Have a verdict delivered to it."""
        await self.case.judge(self.case.verdict(self._known))

    async def tells_agencies(self) -> None:
        """What an agency is to be told reaches it."""
        await self._until(
            "SELECT count(*) > 0 AND bool_and(state = 'sent') FROM disclosures WHERE institution = $1",
            self._agency,
            what="all disclosures sent",
        )

    async def takes_in_alarms(self) -> None:
        """An alarm is kept."""
        wire, name = alarm()
        await self.case.judge(wire)
        await self._until("SELECT count(*) FROM alarms WHERE alarm = $1::text::uuid", name, what="the alarm")

    async def hears_gateways(self) -> None:
        """A reader that a gateway speaks of is known."""
        reader = f"loket-{uuid4().hex[:6]}"
        await say(self.case, self._gateway, beat(reader))
        await self._until("SELECT count(*) FROM readers WHERE reader = $1", reader, what="the reader")

    async def notices_silence(self) -> None:
        """A gateway that says no more is told of."""
        reader = f"loket-{uuid4().hex[:6]}"
        silent: set[str] = set()

        async def told() -> bool:
            for message in await all_of(self._heard["reader.silent"]):
                silent.add(msgspec.json.decode(message.body, type=ReaderSilent).reader)
            return reader in silent

        await say(self.case, self._gateway, beat(reader))
        await until(told, what="its silence")

    async def answers_with_snapshots(self) -> None:
        """Who asks for everything gets it."""
        await all_of(self._heard["snapshot.part"])
        await self.case.judge(request())

        async def told() -> bool:
            return bool(await all_of(self._heard["snapshot.part"]))

        await until(told, what="a part of a snapshot")

    async def tells_again(self) -> None:
        """Whose a card is that was told to nobody is told."""
        await self.pool.execute("UPDATE cards SET holder_told = false WHERE resident IS NOT NULL")
        await self._until(
            "SELECT count(*) > 0 AND bool_and(holder_told) FROM cards WHERE resident IS NOT NULL",
            what="whose the card is told",
        )

    async def compares_readers(self) -> None:
        """Readers that were compared long ago are compared."""
        await self.pool.execute("UPDATE reader_findings_made SET made = '2000-01-01'")
        await self._until("SELECT made > '2001-01-01' FROM reader_findings_made", what="a comparison")

    async def counts_taps(self) -> None:
        """What a tap told of a chip is added up."""
        await self.takes_in_verdicts()
        await self._until("SELECT count(*) = 0 FROM chip_findings_uncounted", what="taps counted")

    async def forgets(self) -> None:
        """What is past its time goes."""
        await self.pool.execute("INSERT INTO failed_sign_ins VALUES ($1, 1, NULL, '2000-01-01')", uuid4().hex)
        await self._until(
            "SELECT count(*) = 0 FROM failed_sign_ins WHERE last < '2001-01-01'", what="old rows gone"
        )

    async def records_what_was_refused(self) -> None:
        """What a stranger was refused comes into the audit log."""
        stranger = {"person": f"petugas-{uuid4().hex[:6]}", "password": "x"}
        await self.case.ask("POST", "/v1/session", stranger, token="")
        await self._until(
            "SELECT count(*) FROM audit_details WHERE whose = $1",
            f"person:{stranger['person']}",
            what="an entry in the audit log",
        )


PROBES: Mapping[str, Callable[[Registry], Awaitable[None]]] = {
    "registry.verdicts": Registry.takes_in_verdicts,
    "agencies": Registry.tells_agencies,
    "registry.alarms": Registry.takes_in_alarms,
    "registry.fleet": Registry.hears_gateways,
    "silence": Registry.notices_silence,
    "registry.snapshots": Registry.answers_with_snapshots,
    "relay": ServiceWithDatabase.relays,
    "retelling": Registry.tells_again,
    "comparing": Registry.compares_readers,
    "counting": Registry.counts_taps,
    "retention": Registry.forgets,
    "refused requests": Registry.records_what_was_refused,
}
"""For each part what shows that it works."""


@asynccontextmanager
async def behind_links(case: Case) -> AsyncIterator[tuple[Registry, Link, Link]]:
    amqp, url = URL(case.settings.amqp_url), URL(case.settings.database_url)
    agencies = URL(case.settings.agencies_amqp_url)
    assert amqp.port is not None
    assert url.port is not None
    async with (
        Link(to=amqp.port).running() as to_broker,
        Link(to=url.port).running() as to_database,
        administrators(case.stack["DATABASE_ADMIN_URL"], database=url.path.removeprefix("/")) as pool,
        case.running(
            amqp_url=str(amqp.with_port(to_broker.port)),
            agencies_amqp_url=str(agencies.with_port(to_broker.port)),
            database_url=str(url.with_port(to_database.port)),
            beat_seconds=BEAT_SECONDS,
        ),
        speaking(case) as gateway,
    ):
        agency, known = await case.agency(), await case.gateway()
        await case.feed(agency)
        card = await issued(case)
        await case.done("PUT", f"{card}/holder", {"nik": await resident(case)})
        heard = {
            kind: await case.services.declare_queue(exclusive=True)
            for kind in ("reader.silent", "snapshot.part")
        }
        for kind, queue in heard.items():
            await queue.bind(EVENTS, f"{kind}.v1.#")
        yield (
            Registry(case=case, pool=pool, gateway=gateway, known=known, agency=agency, heard=heard),
            to_broker,
            to_database,
        )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try every fault in the long form of a run."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", FAULTS if metafunc.config.getoption("--long") else SHORT)


async def test_every_part_of_the_registry_works_again_after(
    case: Case, stack: Stack, *, name: str, is_long: bool
) -> None:
    async with behind_links(case) as (service, to_broker, to_database):
        _, resources = await service.resources()
        assert set(resources) - RESOURCES - ONCE == set(PROBES), "each part has to have a probe"
        around = WithDatabase(
            stack=stack,
            broker=to_broker,
            database=to_database,
            admin=case.services,
            queues=QUEUES,
            name=URL(case.settings.database_url).path.removeprefix("/"),
            service=service,
        )
        async with FAULTS[name](around):
            pass

        async def all_at_once() -> None:
            await asyncio.gather(*(probe(service) for probe in PROBES.values()))

        await service.works_again(all_at_once, is_long=is_long)
    dead = await case.services.declare_queue(DEAD_LETTERS, passive=True)
    assert dead.declaration_result.message_count == 0
