"""Alarms on the real broker and database: when one is raised, how often, and what it says."""

from datetime import UTC, datetime

import msgspec
import pytest
from aio_pika.abc import AbstractQueue
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from chassis.messaging.broker import DEAD_LETTERS, EVENTS
from chassis.storage.postgres import database
from ketuk_events import catalogue
from ketuk_events.alarms import AlarmRaised
from ketuk_events.evidence import Evidence
from ketuk_events.projection import KeyPublished
from simulator.files import with_length
from simulator.signature_file import sign
from tests.integration.chassis.conftest import until
from tests.integration.verification.bench import NAME, Bench, approved, at, fresh, informed, next_of, wire
from tests.integration.verification.test_keys import issuer
from tests.support.bounds import BOUND_SECONDS
from tests.unit.verification.given import NIK, OTHER_NIK
from verification.rules.card_ref import holder_ref

SIGNER = ec.generate_private_key(ec.SECP256R1())
PHOTO = b"a portrait"


@pytest.fixture
async def alarms(bench: Bench) -> AbstractQueue:
    queue = await bench.channel.declare_queue(exclusive=True)
    await queue.bind(EVENTS, "alarm.raised.v1.#")
    return queue


def signed() -> Evidence:
    """Of a card whose signature the SAM accepts."""
    found = at(datetime.now(UTC))
    file = with_length((found.biodata or "").encode())
    signature = sign(SIGNER, biodata_file=file, photo_file=with_length(PHOTO))
    return structs.replace(found, photo=PHOTO, signature_file=signature)


async def publish(bench: Bench, key: KeyPublished) -> None:
    told = wire(catalogue.KEY_PUBLISHED, key, source="registry", owner="penerbit")
    await bench.say("registry", told)
    async with database(bench.found["DATABASE_VERIFICATION_URL"], name="test") as pool:

        async def known() -> bool:
            question = "SELECT count(*) FROM keys WHERE key_id = $1 AND version = $2"
            return bool(await pool.fetchval(question, key.key_id, key.version))

        await until(known, what="the key in the projection")


async def came_to(bench: Bench, found: Evidence) -> tuple[str, str]:
    await bench.say(NAME, bench.reading(found))
    _, judged = await bench.verdict()
    return judged.outcome, {each.check: each.code for each in judged.checks}["data.signed"]


async def raised(alarms: AbstractQueue) -> tuple[str, bytes, AlarmRaised]:
    message = await next_of(alarms)
    return message.message_id or "", message.body, msgspec.json.decode(message.body, type=AlarmRaised)


async def test_a_dispute_is_refused_and_its_alarm_is_said_with_the_verdict_each_time_alike(
    bench: Bench, alarms: AbstractQueue
) -> None:
    async with informed(bench):
        await approved(bench)
        assert (await came_to(bench, signed()))[1] == "ok"
        await publish(bench, issuer())
        found = signed()
        reading = bench.reading(found)
        said = []
        for _ in range(2):
            await bench.say(NAME, reading)
            _, judged = await bench.verdict()
            said.append(await raised(alarms))
        assert await alarms.get(no_ack=True, timeout=BOUND_SECONDS, fail=False) is None
    assert (judged.outcome, judged.reason and judged.reason.code) == ("refused", "signature-disputed")
    assert said[0][:2] == said[1][:2]
    alarm = said[0][2]
    assert (alarm.alarm, alarm.tap, alarm.reader) == ("signature-disputed", found.tap, found.asked.reader)
    assert alarm.card_ref == judged.card_ref is not None
    assert found.asked.officer.encode() not in said[0][1]


async def test_keys_are_exchanged_without_a_restart_and_one_that_is_withdrawn_counts_no_more(
    bench: Bench, alarms: AbstractQueue
) -> None:
    right = issuer(key=SIGNER)
    async with informed(bench):
        await approved(bench)
        await publish(bench, issuer())
        assert (await came_to(bench, signed())) == ("refused", "signature-disputed")
        await publish(bench, right)
        assert (await came_to(bench, signed()))[1] == "ok"
        assert (await came_to(bench, structs.replace(signed(), photo=None))) == (
            "inconclusive",
            "not-rechecked",
        )
        await publish(bench, structs.replace(right, withdrawn=True, version=2))
        assert (await came_to(bench, signed())) == ("refused", "signature-disputed")
        taps = {(await raised(alarms))[2].tap for _ in range(2)}
    assert len(taps) == 2


async def test_signed_data_of_one_person_under_the_card_of_another_is_refused_and_an_alarm(
    bench: Bench, alarms: AbstractQueue
) -> None:
    key = bytes.fromhex(bench.stack.secrets.read("verification/ketuk_card_ref_key"))
    found = signed()
    async with informed(bench):
        await approved(bench)
        for version, (nik, outcome, code) in enumerate(
            [(OTHER_NIK, "refused", "other-holder"), (NIK, "verified", "ok"), (None, "verified", "ok")],
            start=1,
        ):
            holder = None if nik is None else holder_ref(nik, key=key)
            card = structs.replace(bench.status(found, "active", version=version), holder=holder)
            await bench.say(
                "registry", wire(catalogue.CARD_STATUS_CHANGED, card, source="registry", owner="x")
            )
            await version_known(bench, version)
            await bench.say(NAME, bench.reading(tapped := signed()))
            _, judged = await bench.verdict()
            codes = {each.check: each.code for each in judged.checks}
            assert (judged.outcome, codes["data.signed"], codes["card.status"]) == (outcome, "ok", code)
            if code == "other-holder":
                assert judged.reason is not None
                assert (judged.reason.check, judged.person) == ("card.status", None)
                _, body, alarm = await raised(alarms)
                assert (alarm.alarm, alarm.tap, alarm.card_ref) == (code, tapped.tap, judged.card_ref)
                assert not any(each.encode() in body for each in (NIK, OTHER_NIK))
        assert await alarms.get(no_ack=True, timeout=BOUND_SECONDS, fail=False) is None


async def version_known(bench: Bench, version: int) -> None:
    """Until the projection has the one card in this version."""
    async with database(bench.found["DATABASE_VERIFICATION_URL"], name="test") as pool:

        async def known() -> bool:
            return bool(await pool.fetchval("SELECT version = $1 FROM cards", version))

        await until(known, what="the card in the projection")


async def test_other_evidence_for_a_judged_tap_is_an_alarm_for_each_such_evidence_and_no_verdict(
    bench: Bench, alarms: AbstractQueue
) -> None:
    found = fresh()
    one, two = (structs.replace(found, answer=answer) for answer in ("other", "none"))
    async with informed(bench):
        await approved(bench)
        await bench.say(NAME, bench.reading(found))
        await bench.verdict()
        said = []
        for other in (one, one, two):
            await bench.say(NAME, bench.reading(other))  # sealed anew each time
            said.append(await raised(alarms))
        await bench.say(NAME, bench.reading(last := fresh()))
        _, judged = await bench.verdict()
    assert judged.tap == last.tap
    assert said[0][:2] == said[1][:2]
    assert said[2][0] != said[0][0]
    assert {(alarm.alarm, alarm.tap) for _, _, alarm in said} == {("other-evidence", found.tap)}
    assert await bench.depth(DEAD_LETTERS) == 0
