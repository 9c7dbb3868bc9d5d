import asyncio
from collections.abc import Callable

import asyncpg
import pytest

from chassis.messaging import publisher
from chassis.messaging.broker import Broker
from chassis.runtime.health import Pulse
from registry.disclosure.agency_relay import AgencyRelay
from tests.integration.chassis import test_broker_alarm
from tests.integration.chassis.test_broker_alarm import WORD, Alarm
from tests.integration.registry.case import Case, all_of, until

alarm = test_broker_alarm.alarm


async def test_a_receiver_without_a_queue_is_parked_while_the_other_receives(shared: Case) -> None:
    gateway = await shared.gateway()
    missing, present = await shared.agency(), await shared.agency()
    feed = await shared.feed(present)
    await shared.judge(*(shared.verdict(gateway) for _ in range(3)))
    await shared.settled(missing, (0, 0, 3))
    await shared.settled(present, (0, 3, 0))
    assert len(await all_of(feed)) == 3
    reasons = await shared.pool.fetch(
        "SELECT DISTINCT reason FROM disclosures WHERE institution = $1", missing
    )
    assert [row["reason"] for row in reasons] == ["312 NO_ROUTE"]


async def test_a_receiver_whose_queue_is_full_delays_nobody_and_loses_nothing(shared: Case) -> None:
    gateway = await shared.gateway()
    full, other = await shared.agency(), await shared.agency()
    narrow = await shared.feed(
        full, **{"x-queue-type": "classic", "x-max-length": 1, "x-overflow": "reject-publish"}
    )
    await shared.feed(other)
    await shared.judge(*(shared.verdict(gateway) for _ in range(6)))
    await shared.settled(other, (0, 6, 0))
    assert (await shared.counts(full))[0] > 0

    async def says_so() -> bool:
        async with shared.http.get("/readyz") as answer:
            resources = (await answer.json())["resources"]
        assert answer.status == 200, resources
        return f"{full} (its queue refuses)" in resources["agencies"]

    await until(says_so, what="the registry says whose queue refuses")
    taken: set[str | None] = set()

    async def drained() -> bool:
        taken.update([message.message_id for message in await all_of(narrow)])
        return len(taken) == 6

    await until(drained, what="all reach the narrow queue")
    await shared.settled(full, (0, 6, 0))


async def test_what_waits_while_the_broker_is_away_is_sent_when_it_is_back(
    case: Case, unused_tcp_port_factory: Callable[[], int]
) -> None:
    away = f"amqp://registry:x@127.0.0.1:{unused_tcp_port_factory()}/ketuk-agencies"
    async with case.running(agencies_amqp_url=away):
        gateway = await case.gateway()
        agency = await case.agency()
        feed = await case.feed(agency)
        await case.judge(case.verdict(gateway))
        await case.settled(agency, (1, 0, 0))
    async with case.running():
        await case.settled(agency, (0, 1, 0))
        assert len(await all_of(feed)) == 1


async def test_rows_that_another_process_added_are_found(shared: Case) -> None:
    gateway = await shared.gateway()
    agency = await shared.agency()
    await shared.judge(shared.verdict(gateway))
    await shared.settled(agency, (0, 0, 1))
    feed = await shared.feed(agency)
    await release(shared, agency)
    await shared.settled(agency, (0, 1, 0))
    assert len(await all_of(feed)) == 1


async def test_rows_are_given_back_while_the_broker_takes_nothing_and_each_is_told_once(
    case: Case, alarm: Alarm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "CONFIRM_SECONDS", 1.0)
    monkeypatch.setattr(publisher, "LOOK_SECONDS", 0.2)
    async with case.running():
        gateway = await case.gateway()
        agency = await case.agency()
        await case.judge(*(case.verdict(gateway) for _ in range(3)))
        await case.settled(agency, (0, 0, 3))
    feed = await case.feed(agency)
    await release(case, agency)
    await alarm.begin()
    broker = Broker(url=case.settings.agencies_amqp_url, name="test")
    relay, stopping = AgencyRelay(institution=agency, broker=broker, pool=case.pool), asyncio.Event()
    running = asyncio.create_task(relay.run(stopping))

    async def is_blocked() -> bool:
        return relay.pulse.why == WORD

    async def is_free() -> bool:
        async with case.pool.acquire() as connection, connection.transaction():
            held = "SELECT FROM disclosures WHERE institution = $1 FOR UPDATE SKIP LOCKED"
            return len(await connection.fetch(held, agency)) == 3

    await until(is_blocked, what="the relay says that the broker takes nothing")
    await until(is_free, what="the rows are given back")
    for _ in range(50):
        assert await is_free()
        assert await is_blocked()
    await alarm.end()

    async def are_sent() -> bool:
        told = "SELECT count(*) FROM disclosures WHERE institution = $1 AND state = 'sent'"
        return bool(await case.pool.fetchval(told, agency) == 3)

    await until(are_sent, what="all are sent")
    stopping.set()
    await running
    assert len(await all_of(feed)) == 3


async def test_a_relay_whose_database_takes_no_writes_is_not_at_work(shared: Case) -> None:
    gateway, agency = await shared.gateway(), await shared.agency()
    await shared.judge(shared.verdict(gateway))
    await shared.settled(agency, (0, 0, 1))
    await release(shared, agency)
    pulse = CountedPulse()
    async with asyncpg.create_pool(
        shared.settings.database_url,
        min_size=0,
        max_size=1,
        server_settings={"default_transaction_read_only": "on"},
    ) as pool:
        broker = Broker(url=shared.settings.agencies_amqp_url, name="test")
        relay, stopping = AgencyRelay(institution=agency, broker=broker, pool=pool), asyncio.Event()
        relay.pulse = pulse
        running = asyncio.create_task(relay.run(stopping))

        async def has_tried() -> bool:
            return pulse.downs >= 3

        await until(has_tried, what="it tries again")
        stopping.set()
        await running
    assert pulse.ups == 0


class CountedPulse(Pulse):
    """How often it went up and down."""

    def __init__(self) -> None:
        super().__init__()
        self.ups = self.downs = 0

    def up(self, *, but: str | None = None) -> None:
        super().up(but=but)
        self.ups += 1

    def down(self, why: str) -> None:
        super().down(why)
        self.downs += 1


async def test_two_relays_to_one_institution_tell_each_event_once(shared: Case) -> None:
    gateway = await shared.gateway()
    agency = await shared.agency()
    await shared.judge(*(shared.verdict(gateway) for _ in range(60)))
    await shared.settled(agency, (0, 0, 60))
    feed = await shared.feed(agency)
    await release(shared, agency)
    broker = Broker(url=shared.settings.agencies_amqp_url, name="test")
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(2):
            relay = AgencyRelay(institution=agency, broker=broker, pool=shared.pool, at_most=10)
            tasks.create_task(relay.run(stopping))

        async def are_sent() -> bool:
            return not await shared.pool.fetchval(
                "SELECT count(*) FROM disclosures WHERE institution = $1 AND state <> 'sent'", agency
            )

        await until(are_sent, what="all are sent")
        stopping.set()
    events = await all_of(feed)
    assert len(events) == len({event.message_id for event in events}) == 60


async def test_what_was_disclosed_can_be_neither_changed_nor_removed(shared: Case) -> None:
    gateway = await shared.gateway()
    agency = await shared.agency()
    await shared.judge(shared.verdict(gateway))
    await shared.settled(agency, (0, 0, 1))
    for statement in (
        "UPDATE disclosures SET body = 'x' WHERE institution = $1",
        "DELETE FROM disclosures WHERE institution = $1",
    ):
        with pytest.raises(asyncpg.RaiseError):
            await shared.pool.execute(statement, agency)


async def release(case: Case, agency: str) -> None:
    """Let go what was parked for an institution, as an operator does."""
    await case.pool.execute(
        "UPDATE disclosures SET state = 'waiting', settled = NULL WHERE institution = $1", agency
    )
