"""What is sent to verification ends: judged, or among the dead letters with a reason that quotes nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import uuid4

import msgspec
import pytest
from msgspec import structs

from chassis.messaging.broker import DEAD_LETTERS
from chassis.storage.postgres import database
from ketuk_events import catalogue
from ketuk_events.events import Wire
from ketuk_events.evidence import Evidence
from reader_gateway.tap.tap import new_tap_id
from tests.integration.verification.bench import NAME, Bench, approved, at, fresh, informed, wire

CONTENT = "rahasia-3372994708850001"
"""Stands in what is sent, and must stand in no reason."""
DEEP = b"[" * 20_000 + b"]" * 20_000


def headed(sent: Wire, **headers: object) -> Wire:
    """With other CloudEvents attributes."""
    other = {f"cloudEvents_{name}": value for name, value in headers.items()}
    return structs.replace(sent, headers=cast("dict[str, str]", {**sent.headers, **other}))


def renamed(sent: Wire) -> Wire:
    """The same under an id of its own."""
    name = str(uuid4())
    return headed(structs.replace(sent, message_id=name), id=name)


def unheaded(sent: Wire, name: str) -> Wire:
    return structs.replace(sent, headers={key: value for key, value in sent.headers.items() if key != name})


def said(sent: Wire, **fields: object) -> Wire:
    """With other fields in the open part."""
    return structs.replace(sent, body=msgspec.json.encode(msgspec.json.decode(sent.body) | fields))


MALFORMED: dict[str, tuple[Callable[[Wire], Wire], str]] = {
    "empty": (lambda sent: structs.replace(sent, body=b""), "card.read: not JSON"),
    "truncated": (
        lambda sent: structs.replace(sent, body=sent.body[: len(sent.body) // 2]),
        "card.read: not JSON",
    ),
    "oversized": (lambda sent: said(sent, more=CONTENT * 11_500), "larger than any message of the contract"),
    "nested where nobody looks": (
        lambda sent: structs.replace(sent, body=sent.body[:-1] + b',"more":' + DEEP + b"}"),
        "card.read: not JSON",
    ),
    "nested where a word should be": (
        lambda sent: structs.replace(sent, body=b'{"tap":' + DEEP + b"}"),
        "card.read: Expected `str`, got `array` - at `$.tap`",
    ),
    "not an object": (
        lambda sent: structs.replace(sent, body=b'["x"]'),
        "card.read: Expected `object`, got `array`",
    ),
    "a number for a time": (
        lambda sent: said(sent, began=33_729_947_088_50001),
        "card.read: Expected `str`, got `int` - at `$.began`",
    ),
    "no time of the contract": (
        lambda sent: said(sent, began=CONTENT),
        (
            "card.read: Expected `str` matching regex '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
            "\\\\.[0-9]{3}Z$(?!\\\\n)' - at `$.began`"
        ),
    ),
    "a tap of another version of UUID": (
        lambda sent: said(sent, tap=str(uuid4())),
        (
            "card.read: Expected `str` matching regex '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-"
            "[89ab][0-9a-f]{3}-[0-9a-f]{12}$(?!\\\\n)' - at `$.tap`"
        ),
    ),
    "UTF-16": (
        lambda sent: structs.replace(sent, body=sent.body.decode().encode("utf-16")),
        "card.read: not JSON",
    ),
    "Latin-1": (
        lambda sent: structs.replace(sent, body=sent.body.replace(b"petugas", b"p\xe9tugas")),
        "card.read: not JSON",
    ),
    "an unknown version": (
        lambda sent: headed(sent, type="id.ketuk.card.read.v9"),
        "unknown type of message",
    ),
    "an unknown type": (lambda sent: headed(sent, type=CONTENT), "unknown type of message"),
    "a type that is a number": (lambda sent: headed(sent, type=7), "unknown type of message"),
    "no type": (lambda sent: unheaded(sent, "cloudEvents_type"), "unknown type of message"),
    "another version of CloudEvents": (
        lambda sent: headed(sent, specversion="2.0"),
        "unknown version of CloudEvents",
    ),
    "no source": (lambda sent: headed(sent, source=CONTENT), "no source"),
    "another id": (lambda sent: headed(sent, id=CONTENT), "message id and event id differ"),
    "no time": (lambda sent: headed(sent, time=CONTENT), "no time"),
    "a time of no calendar": (lambda sent: headed(sent, time="2026-02-30T00:00:00.000Z"), "no time"),
    "another kind": (
        lambda sent: headed(sent, type=catalogue.CARD_PRESENTED.type),
        "its type is not what its routing key says",
    ),
    "another's key": (
        lambda sent: said(sent, tap=str(new_tap_id(datetime.now(UTC)))),
        "says another thing inside than outside",
    ),
}


async def test_what_is_not_of_the_contract_is_a_dead_letter_and_the_rest_is_judged(bench: Bench) -> None:
    bad = {what: make(bench.reading(fresh())) for what, (make, _) in MALFORMED.items()}
    async with informed(bench):
        await approved(bench)
        await bench.say(
            NAME, bench.reading(before := fresh()), *bad.values(), bench.reading(after := fresh())
        )
        judged = {(await bench.verdict())[1].tap for _ in range(2)}
        reasons = await bench.letters(len(bad))
    assert judged == {before.tap, after.tap}
    assert {what: reasons[sent.message_id] for what, sent in bad.items()} == {
        what: reason for what, (_, reason) in MALFORMED.items()
    }


def fields(found: Evidence, **other: object) -> bytes:
    """Evidence in which some fields are other than the contract has them."""
    return msgspec.json.encode(msgspec.to_builtins(found) | other)


LIAR, CENTURY = fresh(), datetime(1926, 11, 25, tzinfo=UTC)
NOT_EVIDENCE: dict[str, tuple[Callable[[Evidence], bytes], str]] = {
    "not JSON": (lambda _: CONTENT.encode(), "the evidence is not of the contract"),
    "deep": (
        lambda found: fields(found)[:-1] + b',"x":' + DEEP + b"}",
        "the evidence is not of the contract",
    ),
    "a negative number": (lambda found: fields(found, tries=-1), "the evidence is not of the contract"),
    "a number that nobody counts to": (
        lambda found: fields(found, tries=10**30),
        "the evidence is not of the contract",
    ),
    "a number that is none": (
        lambda found: fields(found)[:-1] + b',"tries":NaN}',
        "the evidence is not of the contract",
    ),
    "a long UID": (lambda found: fields(found, uid="A" * 80), "the evidence is not of the contract"),
    "bytes that are not base64": (
        lambda found: fields(found, uid=CONTENT),
        "the evidence is not of the contract",
    ),
    "other words than outside": (
        lambda found: msgspec.json.encode(structs.replace(found, tap=LIAR.tap)),
        "says another thing inside than outside",
    ),
}


async def test_what_is_sealed_and_is_no_evidence_is_a_dead_letter(bench: Bench) -> None:
    bad = {what: bench.sealed(make(found := fresh()), like=found) for what, (make, _) in NOT_EVIDENCE.items()}
    async with informed(bench):
        await approved(bench)
        await bench.say(NAME, *bad.values(), bench.reading(good := fresh()))
        _, judged = await bench.verdict()
        reasons = await bench.letters(len(bad))
    assert judged.tap == good.tap
    assert {what: reasons[sent.message_id] for what, sent in bad.items()} == {
        what: reason for what, (_, reason) in NOT_EVIDENCE.items()
    }


@pytest.mark.parametrize("apart", [timedelta(minutes=2), timedelta(days=-365), timedelta(days=365 * 100)])
async def test_a_tap_whose_id_lies_about_its_time_is_a_dead_letter(bench: Bench, apart: timedelta) -> None:
    found = structs.replace(fresh(), tap=str(new_tap_id(datetime.now(UTC) + apart)))
    async with informed(bench):
        await approved(bench)
        await bench.say(NAME, sent := bench.reading(found))
        assert await bench.letters(1) == {sent.message_id: "the tap's id tells another time than the tap"}


@pytest.mark.parametrize(
    "moment",
    [datetime(1970, 1, 2), datetime(1999, 12, 31, 23, 59), datetime(2199, 1, 1), datetime(9999, 12, 31)],  # noqa: DTZ001  made UTC below
)
async def test_a_tap_of_another_time_is_judged_late_and_once(bench: Bench, moment: datetime) -> None:
    found = at(moment.replace(tzinfo=UTC))
    async with informed(bench):
        await approved(bench)
        await bench.say(NAME, sent := bench.reading(found))
        first, judged = await bench.verdict()
        await bench.say(NAME, sent)
        second, _ = await bench.verdict()
    assert (judged.outcome, judged.reason and judged.reason.code) == ("inconclusive", "late")
    assert first.body == second.body


@pytest.mark.parametrize("moment", [CENTURY, datetime(1, 1, 1, tzinfo=UTC)])
async def test_a_tap_of_a_time_that_no_id_tells_is_a_dead_letter(bench: Bench, moment: datetime) -> None:
    found = at(datetime(1970, 1, 1, tzinfo=UTC))
    written = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    sent = bench.reading(structs.replace(found, began=written))
    async with informed(bench):
        await approved(bench)
        await bench.say(NAME, sent)
        assert await bench.letters(1) == {sent.message_id: "the tap's id tells another time than the tap"}


async def test_a_purpose_that_nobody_knows_is_told_to_the_officer(bench: Bench) -> None:
    found = fresh()
    found = structs.replace(found, asked=structs.replace(found.asked, purpose="curiosity"))
    async with informed(bench):
        await approved(bench)
        await bench.say(NAME, bench.reading(found))
        _, judged = await bench.verdict()
    assert (judged.outcome, judged.reason and judged.reason.code) == ("inconclusive", "no-such-purpose")
    assert judged.person is None
    assert await bench.depth(DEAD_LETTERS) == 0


async def test_a_reading_of_a_month_that_is_gone_is_not_judged_a_second_time(bench: Bench) -> None:
    began = datetime.now(UTC) - timedelta(days=300)
    async with database(bench.found["DATABASE_VERIFICATION_URL"], name="test") as pool:
        had = await pool.fetchrow("SELECT began, since FROM decisions_kept")
        assert had is not None
        async with informed(bench):
            await approved(bench)
            await bench.say(NAME, sent := bench.reading(at(began)))
            _, judged = await bench.verdict()
            # what a month that is dropped leaves
            await pool.execute("DELETE FROM decisions")
            await pool.execute("UPDATE decisions_kept SET began = $1", began)
            await bench.say(NAME, sent, bench.reading(other := fresh()))
            reasons = await bench.letters(1)
            _, next_one = await bench.verdict()
        await pool.execute("UPDATE decisions_kept SET began = $1, since = $2", had["began"], had["since"])
    assert judged.reason is not None
    assert judged.reason.code == "late"
    assert reasons == {sent.message_id: "older than the decisions that are kept: it may have been judged"}
    assert next_one.tap == other.tap


async def test_a_number_out_of_range_in_the_registrys_word_is_a_dead_letter(bench: Bench) -> None:
    newest = wire(
        catalogue.CARD_STATUS_CHANGED,
        bench.status(fresh(), "active", version=2**53 - 1),
        source="registry",
        owner="registry",
    )
    bad = [said(renamed(newest), version=version) for version in (-1, 2**53, 2**64, 1.5, "1")]
    async with informed(bench):
        await bench.say("registry", *bad)
        reasons = await bench.letters(len(bad))
        await bench.say("registry", newest)
        await bench.until_known(cards=1)
    assert all(reason.startswith("card.status_changed: Expected `int`") for reason in reasons.values())
