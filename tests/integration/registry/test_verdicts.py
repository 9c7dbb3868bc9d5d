import asyncio
from collections.abc import Sequence
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from chassis.crypto.sealing import Opener, private_keys
from chassis.messaging.batch_consumer import Arrival, BatchConsumer, Conclusion
from chassis.messaging.batch_metrics import BatchMetrics
from chassis.messaging.broker import DEAD_LETTERS, Broker
from chassis.storage.postgres import ping
from registry.disclosure.agency_event import EventSigner
from registry.disclosure.disclosure_messages import Teller
from registry.disclosure.verdict_opening import VerdictReader
from registry.taps.verdict_consumer import Verdicts
from tests.integration.registry.case import NIK, PERSON, Case, all_of, next_of
from tests.support.bounds import BOUND_SECONDS


async def test_a_verdict_becomes_one_event_for_each_entitled_institution(shared: Case) -> None:
    gateway = await shared.gateway()
    first, second = await shared.agency(), await shared.agency()
    await shared.agency(places=[])
    feeds = [await shared.feed(first), await shared.feed(second)]
    await shared.judge(shared.verdict(gateway))
    events = [msgspec.json.decode((await next_of(feed)).body) for feed in feeds]
    assert [event["type"] for event in events] == ["id.ketuk.card.verified.v1"] * 2
    assert events[0]["id"] != events[1]["id"]
    assert events[0]["data"]["tap"] != events[1]["data"]["tap"]
    assert events[0]["data"]["person"] != events[1]["data"]["person"]


async def test_the_same_verdict_twice_is_one_event(shared: Case) -> None:
    gateway = await shared.gateway()
    agency = await shared.agency()
    feed = await shared.feed(agency)
    verdict, sentinel = shared.verdict(gateway), shared.verdict(gateway)
    await shared.judge(verdict)
    await shared.settled(agency, (0, 1, 0))
    await shared.judge(verdict, sentinel)
    await shared.settled(agency, (0, 2, 0))
    events = await all_of(feed)
    assert len(events) == len({event.message_id for event in events}) == 2


async def test_a_verdict_that_comes_again_is_not_told_under_a_later_agreement(shared: Case) -> None:
    gateway = await shared.gateway()
    agency = await shared.agency()
    verdict, sentinel = shared.verdict(gateway), shared.verdict(gateway)
    await shared.judge(verdict)
    await shared.settled(agency, (0, 0, 1))
    late = await shared.agency()
    await shared.judge(verdict, sentinel)
    await shared.settled(late, (0, 0, 1))


async def test_a_registry_that_dies_between_commit_and_acknowledgement_tells_once(case: Case) -> None:
    async with case.running():
        gateway = await case.gateway()
        agency = await case.agency()
        feed = await case.feed(agency)
    await case.judge(case.verdict(gateway))
    await _die_after_the_commit(case)
    async with case.running():
        await case.judge(case.verdict(gateway))
        await case.settled(agency, (0, 2, 0))
        events = await all_of(feed)
    assert len(events) == 2


async def _die_after_the_commit(case: Case) -> None:
    settings = case.settings
    verdicts = Verdicts(
        pool=case.pool,
        reader=VerdictReader(
            opener=Opener(keys=private_keys(settings.registry_key.get_secret_value())),
            verification=settings.verification_signing_public_key,
        ),
        teller=Teller(
            signer=EventSigner(key=settings.agency_signing_key.get_secret_value(), region="3372"),
            pseudonym_key=bytes.fromhex(settings.pseudonym_key.get_secret_value()),
            pseudonym_key_version=1,
            region="3372",
        ),
        region="3372",
        added=asyncio.Event(),
    )
    committed = asyncio.Event()

    async def commit_and_hang(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        await verdicts(arrivals)
        committed.set()
        return await asyncio.Future()

    consumer = BatchConsumer(
        broker=Broker(url=settings.amqp_url, name="dies"),
        queue="registry.verdicts",
        handle=commit_and_hang,
        ready=lambda: ping(case.pool),
        metrics=BatchMetrics(registry=CollectorRegistry()),
    )
    living = asyncio.create_task(consumer.run(asyncio.Event()))
    await asyncio.wait_for(committed.wait(), BOUND_SECONDS)
    living.cancel()
    await asyncio.wait([living])


async def test_a_verdict_that_verification_did_not_give_is_a_dead_letter(shared: Case) -> None:
    gateway = await shared.gateway()
    agency = await shared.agency()
    forged, true = shared.verdict(gateway), shared.verdict(gateway)
    await shared.publish(forged, channel=shared.services, user="admin")
    letter = await shared.dead_letter()
    await shared.judge(true)
    await shared.settled(agency, (0, 0, 1))
    assert letter.message_id == forged.message_id
    assert letter.headers["ketuk-reason"] == "a verdict that verification did not give"
    assert letter.headers["ketuk-user"] == "admin"


async def test_a_verdict_that_comes_again_without_its_person_has_no_effect_and_is_no_dead_letter(
    shared: Case,
) -> None:
    gateway = await shared.gateway()
    agency = await shared.agency()
    feed = await shared.feed(agency)
    verdict, last = shared.verdict(gateway), shared.verdict(gateway)
    await shared.judge(verdict)
    await shared.settled(agency, (0, 1, 0))
    # as verification says it where its reading comes after the person is past its time
    said = {**msgspec.json.decode(verdict.body), "person": None}
    await shared.judge(replace(verdict, body=msgspec.json.encode(said)), last)
    await shared.settled(agency, (0, 2, 0))
    letters = await shared.services.get_queue(DEAD_LETTERS, ensure=False)
    assert await letters.get(no_ack=True, timeout=BOUND_SECONDS, fail=False) is None
    assert len(await all_of(feed)) == 2


async def test_another_verdict_under_the_same_id_is_a_dead_letter_and_tells_nobody(shared: Case) -> None:
    gateway = await shared.gateway()
    agency = await shared.agency()
    verdict, another = shared.verdict(gateway), shared.verdict(gateway)
    await shared.judge(verdict)
    await shared.settled(agency, (0, 0, 1))
    await shared.judge(replace(verdict, body=another.body))
    letter = await shared.dead_letter()
    assert await shared.counts(agency) == (0, 0, 1)
    assert letter.headers["ketuk-reason"] == "another verdict under the id of one that stands"


@pytest.mark.parametrize("outcome", ["refused", "inconclusive"])
async def test_what_is_not_verified_is_told_without_the_person(shared: Case, outcome: str) -> None:
    gateway = await shared.gateway()
    feed = await shared.feed(await shared.agency())
    await shared.judge(shared.verdict(gateway, outcome=outcome))
    event = msgspec.json.decode((await next_of(feed)).body)
    assert event["type"] == f"id.ketuk.card.{outcome}.v1"
    assert (event["data"]["person"], event["data"]["attributes"]) == (None, None)


async def test_a_seal_that_is_of_another_tap_is_a_dead_letter(shared: Case) -> None:
    gateway = await shared.gateway()
    other = msgspec.json.decode(shared.verdict(gateway).body)
    wire = shared.verdict(gateway)
    mixed = {**msgspec.json.decode(wire.body), "person": other["person"]}
    await shared.judge(replace(wire, body=msgspec.json.encode(mixed)))
    letter = await shared.dead_letter()
    assert letter.headers["ketuk-reason"] == "the sealed part is of another tap"


async def test_nothing_personal_is_stored_or_logged(shared: Case, capsys: pytest.CaptureFixture[str]) -> None:
    gateway = await shared.gateway()
    agency = await shared.agency()
    wire = shared.verdict(gateway)
    await shared.judge(wire)
    await shared.settled(agency, (0, 0, 1))
    stored = str(await shared.pool.fetch("SELECT body, signature, routing_key FROM disclosures"))
    seen = stored + capsys.readouterr().out
    tap = msgspec.json.decode(wire.body)["tap"]
    assert str(UUID(tap)) not in stored
    assert tap in seen
    assert [each for each in (NIK, *PERSON.values()) if each in seen] == []
