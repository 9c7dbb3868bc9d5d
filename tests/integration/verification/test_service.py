"""Verification as it runs, in this process, on the real broker and database."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import aio_pika
import msgspec
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from msgspec import Struct, structs
from yarl import URL

from chassis.broker import DEAD_LETTERS, EVENTS, Broker, Publisher
from chassis.postgres import database
from chassis.seal import Sealer, private_key, public_key
from dev.stack.stack import Stack
from ketuk_events import catalogue
from ketuk_events.catalogue import Kind
from ketuk_events.events import Wire, event, to_wire
from ketuk_events.evidence import Evidence
from ketuk_events.projection import GatewayApproved, GatewaySuspended
from ketuk_events.taps import CardRead, TapJudged
from tests.integration.chassis.conftest import until
from tests.unit.verification.given import evidence
from verification.main import serve
from verification.settings import VerificationSettings

GATEWAY = "kelurahan-jebres"
NAME = f"3372.{GATEWAY}"


def wire(kind: Kind, data: Struct, *, source: str, owner: str) -> Wire:
    return to_wire(
        event(
            kind,
            data,
            event_id=uuid4(),
            region="3372",
            source=source,
            owner=owner,
            time=datetime.now(UTC),
        )
    )


class Bench:
    """What a test says to verification and hears from it."""

    def __init__(self, stack: Stack, channel: AbstractChannel, verdicts: aio_pika.abc.AbstractQueue) -> None:
        self.stack = stack
        self.found = stack.environment()
        self.channel = channel
        self.verdicts = verdicts
        self.version = 1

    async def say(self, user: str, *wires: Wire) -> None:
        url = self.found["AMQP_REGISTRY_URL" if user == "registry" else "AMQP_GATEWAY_KELURAHAN_JEBRES_URL"]
        broker = Broker(url=url, name="test")
        async with broker.channel() as channel:
            publisher: Publisher = await broker.publisher(channel)
            await publisher.publish_all(wires)

    async def approve(self) -> None:
        key = self.stack.secrets.read(f"gateway-{GATEWAY}/identity_public.pem")
        self.version += 1
        approved = GatewayApproved(
            region="3372",
            gateway=GATEWAY,
            institution=GATEWAY,
            place="33.72.04.1010",
            public_key=key,
            version=self.version,
        )
        await self.say(
            "registry", wire(catalogue.GATEWAY_APPROVED, approved, source="registry", owner=GATEWAY)
        )

    def reading(self, found: Evidence) -> Wire:
        secrets = self.stack.secrets
        sealer = Sealer(
            sender=NAME,
            identity=private_key(secrets.read(f"gateway-{GATEWAY}/ketuk_identity_key")),
            recipient=public_key(secrets.read(f"gateway-{GATEWAY}/ketuk_verification_public_key")),
        )
        read = CardRead(
            tap=found.tap,
            asked=found.asked,
            began=found.began,
            ended=found.ended,
            evidence=sealer.seal(msgspec.json.encode(found), now=datetime.now(UTC)),
        )
        return wire(catalogue.CARD_READ, read, source=GATEWAY, owner=GATEWAY)

    async def verdict(self) -> tuple[AbstractIncomingMessage, TapJudged]:
        message = await self.verdicts.get(no_ack=True, timeout=10, fail=False)
        async with asyncio.timeout(15):
            while message is None:
                await asyncio.sleep(0.01)
                message = await self.verdicts.get(no_ack=True, fail=False)
        return message, msgspec.json.decode(message.body, type=TapJudged)

    async def depth(self, queue: str) -> int:
        found = await self.channel.declare_queue(queue, passive=True)
        return found.declaration_result.message_count or 0


def fresh() -> Evidence:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    tap = str(uuid4())
    return structs.replace(
        evidence(), tap=f"{tap[:14]}7{tap[15:]}", began=now, ended=now
    )  # a UUID that says version 7


@pytest.fixture
async def bench(stack: Stack) -> AsyncIterator[Bench]:
    found = stack.environment()
    async with await aio_pika.connect(str(URL(found["AMQP_ADMIN_URL"]).with_path("/ketuk"))) as connection:
        channel = await connection.channel()
        for name in ("verification.readings", "verification.projection", "registry.verdicts", DEAD_LETTERS):
            await (await channel.get_queue(name, ensure=False)).purge()
        verdicts = await channel.declare_queue(exclusive=True)
        await verdicts.bind(EVENTS, "tap.judged.v1.#")
        async with database(found["DATABASE_VERIFICATION_URL"], name="test") as pool:
            await pool.execute("TRUNCATE decisions, gateways, cards, purposes, outbox")
        yield Bench(stack, channel, verdicts)


@asynccontextmanager
async def running(found: Mapping[str, str]) -> AsyncIterator[None]:
    settings = VerificationSettings(
        _secrets_dir=str(Path(found["SECRETS_DIR"]) / "verification"),  # type: ignore[call-arg]  # as in chassis.settings
        region="3372",
        amqp_url=found["AMQP_VERIFICATION_URL"],
        database_url=found["DATABASE_VERIFICATION_URL"],
        http_port=0,
    )
    stopping = asyncio.Event()
    task = asyncio.create_task(serve(settings, stopping))
    try:
        yield
    finally:
        stopping.set()
        await asyncio.wait_for(task, 15)


async def approved(bench: Bench) -> None:
    """Until the projection knows the gateway: a reading before that would be an unknown gateway's."""
    await bench.approve()
    async with database(bench.found["DATABASE_VERIFICATION_URL"], name="test") as pool:

        async def known() -> bool:
            return bool(await pool.fetchval("SELECT count(*) FROM gateways WHERE approved"))

        await until(known, what="the gateway in the projection")


async def test_a_reading_delivered_twice_is_judged_once_and_said_twice_alike(bench: Bench) -> None:
    async with running(bench.found):
        await approved(bench)
        reading = bench.reading(fresh())
        await bench.say(NAME, reading)
        first, judged = await bench.verdict()
        await bench.say(NAME, reading)
        second, _ = await bench.verdict()
    assert (judged.outcome, judged.reason and judged.reason.code) == ("inconclusive", "unknown-card")
    assert (first.message_id, first.body) == (second.message_id, second.body)


async def test_other_evidence_for_a_judged_tap_neither_replaces_nor_speaks(bench: Bench) -> None:
    found = fresh()
    async with running(bench.found):
        await approved(bench)
        await bench.say(NAME, bench.reading(found))
        await bench.verdict()
        await bench.say(NAME, bench.reading(structs.replace(found, answer="other")))
        await bench.say(NAME, bench.reading(other := fresh()))
        _, judged = await bench.verdict()
    assert judged.tap == other.tap
    assert await bench.depth(DEAD_LETTERS) == 0


async def test_an_unknown_gateway_goes_to_the_dead_letters_and_leaves_no_trace(bench: Bench) -> None:
    async def buried() -> bool:
        return await bench.depth(DEAD_LETTERS) == 1

    async with running(bench.found):
        await bench.say(NAME, bench.reading(fresh()))
        await until(buried, what="the dead letter")
    letter = await (await bench.channel.get_queue(DEAD_LETTERS, ensure=False)).get(no_ack=True)
    assert letter is not None
    assert letter.headers["ketuk-reason"] == "unknown gateway"
    async with database(bench.found["DATABASE_VERIFICATION_URL"], name="test") as pool:
        assert await pool.fetchval("SELECT count(*) FROM decisions") == 0


async def test_a_suspended_gateway_is_refused_and_an_older_word_does_not_bring_it_back(bench: Bench) -> None:
    async with running(bench.found):
        await approved(bench)
        suspended = GatewaySuspended(region="3372", gateway=GATEWAY, version=9)
        await bench.say(
            "registry", wire(catalogue.GATEWAY_SUSPENDED, suspended, source="registry", owner=GATEWAY)
        )
        await bench.approve()  # an older version, come late

        async def taken() -> bool:
            return await bench.depth("verification.projection") == 0

        await until(taken, what="the projection's queue empty")
        outcome = ""
        async with asyncio.timeout(15):
            while outcome != "refused":
                await bench.say(NAME, bench.reading(fresh()))
                _, judged = await bench.verdict()
                outcome = judged.outcome
    assert judged.reason is not None
    assert (judged.reason.check, judged.reason.code) == ("reader.trusted", "suspended")


async def test_two_replicas_and_a_killed_database_lose_nothing_and_judge_each_tap_once(bench: Bench) -> None:
    async with running(bench.found), running(bench.found):
        await approved(bench)
        taps = [fresh() for _ in range(200)]
        await bench.say(NAME, *(bench.reading(found) for found in taps[:100]))
        await asyncio.to_thread(bench.stack.children.kill, "postgres")
        await bench.say(NAME, *(bench.reading(found) for found in taps[100:]))
        await asyncio.to_thread(bench.stack.restart, "postgres")
        said: dict[str, set[bytes]] = {}
        while len(said) < len(taps):
            message, judged = await bench.verdict()
            said.setdefault(judged.tap, set()).add(message.body)
    assert said.keys() == {found.tap for found in taps}
    assert {len(bodies) for bodies in said.values()} == {1}
    assert await bench.depth(DEAD_LETTERS) == 0
