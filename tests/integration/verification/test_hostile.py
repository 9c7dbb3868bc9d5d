"""Whatever others send, a gateway's own tap is judged: what is not authentic leaves no trace."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from chassis.crypto.root_key import signed
from chassis.crypto.sealing import key_id, private_key
from chassis.messaging.broker import DEAD_LETTERS, EVENTS, Broker
from chassis.messaging.publisher import Publisher
from chassis.storage.postgres import database
from dev.stack.secret_files import public_pem
from ketuk_events import catalogue
from ketuk_events.evidence import Evidence
from ketuk_events.names import to_timestamp
from ketuk_events.projection import CardStatusChanged, GatewaySuspended, KeyPublished
from ketuk_events.taps import TapJudged
from tests.integration.chassis.conftest import until
from tests.integration.verification.bench import GATEWAY, Bench, running
from tests.integration.verification.hostile import (
    OTHER,
    Sent,
    everything,
    identity,
    judging,
    known,
    letter,
    of,
    reading,
    sealed,
    send,
    tap,
    tap_at,
    tell,
)

STRANGER = ec.generate_private_key(ec.SECP256R1())
Forge = Callable[[Bench, Evidence], Sent]


def altered(bench: Bench, mine: Evidence) -> Sent:
    seal = sealed(bench, mine)
    content = bytes((seal.ciphertext[0] ^ 1,)) + seal.ciphertext[1:]
    return reading(mine, structs.replace(seal, ciphertext=content))


def moved_to_this_tap(bench: Bench, mine: Evidence) -> Sent:
    return reading(mine, sealed(bench, structs.replace(mine, tap=tap().tap)))


def by_another_account(bench: Bench, mine: Evidence) -> Sent:
    return reading(mine, sealed(bench, mine), account=OTHER)


def by_another_gateway(bench: Bench, mine: Evidence) -> Sent:
    return reading(mine, sealed(bench, mine, by=identity(bench, OTHER)), account=OTHER)


def under_another_gateway(bench: Bench, mine: Evidence) -> Sent:
    return reading(of(OTHER, mine), sealed(bench, mine))


def under_a_wrap_renamed(bench: Bench, mine: Evidence) -> Sent:
    seal = sealed(bench, mine)
    wrap = structs.replace(seal.wrap, sender=f"3372.{OTHER}")
    return reading(of(OTHER, mine), structs.replace(seal, wrap=wrap))


def with_a_key_that_is_unknown(bench: Bench, mine: Evidence) -> Sent:
    return reading(mine, sealed(bench, mine, by=STRANGER))


def for_a_recipient_that_is_unknown(bench: Bench, mine: Evidence) -> Sent:
    return reading(mine, sealed(bench, mine, recipient=STRANGER.public_key()))


def in_another_institution(bench: Bench, mine: Evidence) -> Sent:
    asked = structs.replace(mine.asked, institution=OTHER)
    return reading(elsewhere := structs.replace(mine, asked=asked), sealed(bench, elsewhere))


FORGERIES: dict[Forge, str] = {
    altered: "the content was altered",
    moved_to_this_tap: "says another thing inside than outside",
    by_another_account: "published by another account than its gateway's",
    by_another_gateway: "published by another account than its gateway's",
    under_another_gateway: "sealed in another's name",
    under_a_wrap_renamed: "the wrap is not signed by its sender",
    with_a_key_that_is_unknown: "the wrap is not signed by its sender",
    for_a_recipient_that_is_unknown: "sealed for another key",
    in_another_institution: "the gateway belongs to another institution",
}


async def is_judged(bench: Bench, mine: Evidence) -> TapJudged:
    """Send the honest reading of a tap; the next verdict is on it, and says that the card is good."""
    await send(bench, reading(mine, sealed(bench, mine)))
    _, judged = await bench.verdict()
    assert (judged.tap, judged.asked.gateway, judged.outcome) == (mine.tap, mine.asked.gateway, "verified")
    return judged


async def decided(bench: Bench, of_tap: str) -> int:
    async with database(bench.found["DATABASE_VERIFICATION_URL"], name="test") as pool:
        return int(await pool.fetchval("SELECT count(*) FROM decisions WHERE tap::text = $1", of_tap))


async def test_what_is_not_authentic_is_a_dead_letter_and_burns_nobodys_tap(bench: Bench) -> None:
    async with judging(bench, GATEWAY, OTHER):
        for forge, reason in FORGERIES.items():
            mine = tap()
            sent = await send(bench, forge(bench, mine))
            dead = await letter(bench)
            assert (dead.message_id, dead.headers["ketuk-reason"]) == (sent, reason), forge
            assert await decided(bench, mine.tap) == 0
            await is_judged(bench, mine)
    assert await bench.depth(DEAD_LETTERS) == 0


async def test_the_same_tap_id_of_two_gateways_is_two_taps(bench: Bench) -> None:
    mine = tap()
    async with judging(bench, GATEWAY, OTHER):
        await is_judged(bench, of(OTHER, mine))
        await is_judged(bench, mine)


@pytest.mark.parametrize("forgery", ["account", "routing key"])
async def test_the_broker_lets_no_gateway_speak_in_anothers_name(bench: Bench, forgery: str) -> None:
    url = bench.found["AMQP_GATEWAY_POLRESTA_SURAKARTA_URL"]
    mine = tap()
    own = reading(mine, sealed(bench, mine), account=OTHER if forgery == "account" else GATEWAY)
    user = f"3372.{GATEWAY if forgery == 'account' else OTHER}"
    async with Broker(url=url, name="test").channel() as channel:
        exchange = await channel.get_exchange(EVENTS, ensure=False)
        with pytest.raises((ChannelAccessRefused, ChannelPreconditionFailed)):
            await Publisher(channel=channel, exchange=exchange, user=user).publish_all([own.wire])
    assert await bench.depth("verification.readings") == 0


async def test_a_reading_that_comes_too_late_is_inconclusive_and_not_lost(bench: Bench) -> None:
    mine = tap_at(datetime.now(UTC) - timedelta(days=1, minutes=1))
    async with judging(bench, GATEWAY):
        await send(bench, reading(mine, sealed(bench, mine)))
        _, judged = await bench.verdict()
        await is_judged(bench, tap())
    assert judged.reason is not None
    assert (judged.tap, judged.outcome) == (mine.tap, "inconclusive")
    assert (judged.reason.check, judged.reason.code) == ("reader.trusted", "late")
    assert await bench.depth(DEAD_LETTERS) == 0


async def test_a_gateway_that_was_never_approved_is_unknown_until_it_is(bench: Bench) -> None:
    mine = of(OTHER, tap())
    async with judging(bench, GATEWAY):
        await send(bench, reading(mine, sealed(bench, mine)))
        assert (await letter(bench)).headers["ketuk-reason"] == "unknown gateway"
        assert await decided(bench, mine.tap) == 0
        await tell(bench, catalogue.GATEWAY_APPROVED, known(bench, OTHER), owner=OTHER)
        await until_taken(bench)
        await is_judged(bench, mine)


def out(bench: Bench, *, revoked: bool, told_again: bool = False) -> GatewaySuspended:
    """The gateway is suspended or revoked; told again in a snapshot, as the registry does."""
    approved = known(bench)
    return GatewaySuspended(
        region="3372",
        gateway=GATEWAY,
        institution=GATEWAY if told_again and not revoked else None,
        public_key=approved.public_key if told_again and not revoked else None,
        revoked=revoked,
        version=approved.version,
    )


async def until_taken(bench: Bench) -> None:
    """Until the projection has all that was told: something told after it is there."""
    ref = secrets.token_hex(32)
    last = CardStatusChanged(card_ref=ref, status="active", version=1)
    await tell(bench, catalogue.CARD_STATUS_CHANGED, last, owner="registry")
    async with database(bench.found["DATABASE_VERIFICATION_URL"], name="test") as pool:

        async def is_there() -> bool:
            return bool(
                await pool.fetchval("SELECT count(*) FROM cards WHERE card_ref = decode($1, 'hex')", ref)
            )

        await until(is_there, what="what was told last")


@pytest.mark.parametrize("rebuilt", [False, True])
async def test_a_suspended_gateway_is_judged_and_refused_in_a_rebuilt_database_too(
    bench: Bench, *, rebuilt: bool
) -> None:
    mine = tap()
    other = structs.replace(everything(bench, OTHER), suspended=())
    async with judging(bench, GATEWAY, OTHER) if not rebuilt else running(bench.found):
        suspended = out(bench, revoked=False, told_again=rebuilt)
        if rebuilt:
            part = structs.replace(other, suspended=(suspended,))
            await bench.answer(part, asked=await bench.asked_for_everything())
            await bench.until_known(cards=1)
        else:
            await tell(bench, catalogue.GATEWAY_SUSPENDED, suspended, owner=GATEWAY)
            await until_taken(bench)
        await send(bench, reading(mine, sealed(bench, mine)))
        _, judged = await bench.verdict()
        await is_judged(bench, of(OTHER, tap()))
    assert judged.reason is not None
    assert (judged.tap, judged.outcome) == (mine.tap, "refused")
    assert (judged.reason.check, judged.reason.code) == ("reader.trusted", "suspended")
    assert await bench.depth(DEAD_LETTERS) == 0


async def test_a_revoked_gateway_is_unknown_and_no_older_word_brings_it_back(bench: Bench) -> None:
    mine = tap()
    async with judging(bench, GATEWAY, OTHER):
        before = known(bench)
        await tell(bench, catalogue.GATEWAY_SUSPENDED, out(bench, revoked=True), owner=GATEWAY)
        await tell(bench, catalogue.GATEWAY_APPROVED, before, owner=GATEWAY)
        await until_taken(bench)
        await send(bench, reading(mine, sealed(bench, mine)))
        assert (await letter(bench)).headers["ketuk-reason"] == "unknown gateway"
        await is_judged(bench, of(OTHER, tap()))
    assert await decided(bench, mine.tap) == 0


async def test_other_evidence_for_a_judged_tap_changes_nothing_that_is_said_of_it(bench: Bench) -> None:
    mine = tap()
    honest = reading(mine, sealed(bench, mine))
    async with judging(bench, GATEWAY):
        await send(bench, honest)
        first, _ = await bench.verdict()
        await send(bench, reading(other := structs.replace(mine, answer="other"), sealed(bench, other)))
        await send(bench, honest)
        again, _ = await bench.verdict()
        await is_judged(bench, tap())
    assert (first.message_id, first.body) == (again.message_id, again.body)
    assert await decided(bench, mine.tap) == 1
    assert await bench.depth(DEAD_LETTERS) == 0


def recipient(*, root: ec.EllipticCurvePrivateKey) -> KeyPublished:
    """A new key of the registry, signed by a root."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    return signed(
        KeyPublished(
            key_id=key_id(key.public_key()),
            use="seal",
            owner="registry",
            public_key=public_pem(key),
            valid_from=to_timestamp(now - timedelta(minutes=1)),
            valid_until=to_timestamp(now + timedelta(days=1)),
            version=1,
        ),
        root=root,
    )


async def test_verification_seals_for_a_new_key_of_the_registry_only_where_the_root_signed_it(
    bench: Bench,
) -> None:
    forged = recipient(root=STRANGER)
    new = recipient(root=private_key(bench.stack.secrets.read("root/key.pem")))
    sealed_for = []
    async with judging(bench, GATEWAY):
        for key in (None, forged, new):
            if key is not None:
                await tell(bench, catalogue.KEY_PUBLISHED, key, owner="registry")
                await until_taken(bench)
            judged = await is_judged(bench, tap())
            assert judged.person is not None
            sealed_for.append(judged.person.wrap.recipient)
    first = key_id(private_key(bench.stack.secrets.read("registry/ketuk_registry_key")).public_key())
    assert sealed_for == [first, first, new.key_id]
