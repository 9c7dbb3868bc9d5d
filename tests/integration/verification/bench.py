"""Verification as it runs, in this process, on the real broker and database: what a test says and hears."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import msgspec
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from msgspec import Struct, structs

from chassis.crypto.sealing import Sealer, private_key, public_key
from chassis.messaging.broker import DEAD_LETTERS, Broker
from chassis.storage.postgres import database
from dev.stack.depth import depth
from dev.stack.stack import Stack
from ketuk_events import catalogue
from ketuk_events.catalogue import Kind
from ketuk_events.events import Wire, event, to_wire
from ketuk_events.evidence import Evidence
from ketuk_events.names import from_timestamp, to_timestamp
from ketuk_events.projection import CardStatusChanged, GatewayApproved, SnapshotPart
from ketuk_events.taps import CardRead, TapJudged
from reader_gateway.tap.tap import new_tap_id
from tests.integration.chassis.conftest import until
from tests.support.bounds import BOUND_SECONDS
from tests.unit.verification.given import evidence
from verification.main import serve
from verification.rules.card_ref import card_ref
from verification.settings import VerificationSettings

GATEWAY = "kelurahan-jebres"
NAME = f"3372.{GATEWAY}"
_TABLES = (
    "decisions",
    "gateways",
    "cards",
    "keys",
    "purposes",
    "outbox",
    "snapshot_requests",
    "snapshot_parts",
)
EMPTY = ";".join(f"DELETE FROM {table}" for table in _TABLES)  # noqa: S608  sooner than TRUNCATE, which makes files


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

    def __init__(
        self, stack: Stack, channel: AbstractChannel, verdicts: AbstractQueue, requests: AbstractQueue
    ) -> None:
        self.stack = stack
        self.found = stack.environment()
        self.channel = channel
        self.verdicts = verdicts
        self.requests = requests
        self.version = 1

    async def say(self, user: str, *wires: Wire) -> None:
        url = self.found["AMQP_REGISTRY_URL" if user == "registry" else "AMQP_GATEWAY_KELURAHAN_JEBRES_URL"]
        broker = Broker(url=url, name="test")
        async with broker.channel() as channel:
            publisher = await broker.publisher(channel)
            await publisher.publish_all(wires)

    def approved(self) -> GatewayApproved:
        self.version += 1
        return GatewayApproved(
            region="3372",
            gateway=GATEWAY,
            institution=GATEWAY,
            place="33.72.04.1010",
            public_key=self.stack.secrets.read(f"gateway-{GATEWAY}/identity_public.pem"),
            version=self.version,
        )

    async def approve(self) -> None:
        await self.say(
            "registry", wire(catalogue.GATEWAY_APPROVED, self.approved(), source="registry", owner=GATEWAY)
        )

    def status(self, found: Evidence, status: str, *, version: int) -> CardStatusChanged:
        key = bytes.fromhex(self.stack.secrets.read("verification/ketuk_card_ref_key"))
        return CardStatusChanged(card_ref=card_ref(found.uid or b"", key=key), status=status, version=version)

    def reading(self, found: Evidence) -> Wire:
        return self.sealed(msgspec.json.encode(found), like=found)

    def sealed(self, content: bytes, *, like: Evidence) -> Wire:
        """Any content, sealed by the gateway when the tap had ended; outside stands what evidence says."""
        found, secrets = like, self.stack.secrets
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
            evidence=sealer.seal(content, now=from_timestamp(found.ended)),
        )
        return wire(catalogue.CARD_READ, read, source=GATEWAY, owner=GATEWAY)

    async def verdict(self) -> tuple[AbstractIncomingMessage, TapJudged]:
        message = await next_of(self.verdicts)
        return message, msgspec.json.decode(message.body, type=TapJudged)

    async def asked_for_everything(self) -> str:
        """The id of the next request for a snapshot."""
        return (await next_of(self.requests)).message_id or ""

    async def answer(self, *parts: SnapshotPart, asked: str) -> None:
        """Say parts of one answer, as the registry."""
        answer = str(uuid4())
        await self.say(
            "registry",
            *(
                wire(
                    catalogue.SNAPSHOT_PART,
                    structs.replace(part, asked=asked, answer=answer),
                    source="registry",
                    owner="verification",
                )
                for part in parts
            ),
        )

    async def until_known(self, *, cards: int) -> None:
        """Until the projection has so many cards."""
        async with database(self.found["DATABASE_VERIFICATION_URL"], name="test") as pool:

            async def known() -> bool:
                return bool(await pool.fetchval("SELECT count(*) = $1 FROM cards", cards))

            await until(known, what="the cards in the projection")

    async def parts_counted(self) -> int:
        """How many parts of answers were taken for answers to this database."""
        async with database(self.found["DATABASE_VERIFICATION_URL"], name="test") as pool:
            return int(await pool.fetchval("SELECT count(*) FROM snapshot_parts"))

    async def forget(self) -> None:
        """Empty the database; where the service stands in the way, the database says so: once more."""
        async with database(self.found["DATABASE_VERIFICATION_URL"], name="test") as pool:

            async def emptied() -> bool:
                with suppress(asyncpg.DeadlockDetectedError):
                    await pool.execute(EMPTY)
                    return True
                return False

            await until(emptied, what="an empty database")

    async def letters(self, count: int) -> dict[str, str]:
        """The reasons of so many dead letters, by message id."""

        async def are_there() -> bool:
            return await self.depth(DEAD_LETTERS) >= count

        await until(are_there, what=f"{count} dead letters")
        queue = await self.channel.get_queue(DEAD_LETTERS, ensure=False)
        found = [await queue.get(no_ack=True, timeout=BOUND_SECONDS) for _ in range(count)]
        return {each.message_id or "": str(each.headers["ketuk-reason"]) for each in found}

    async def depth(self, queue: str) -> int:
        return await depth(self.channel, queue)


async def next_of(queue: AbstractQueue) -> AbstractIncomingMessage:
    message = await queue.get(no_ack=True, timeout=BOUND_SECONDS, fail=False)
    async with asyncio.timeout(BOUND_SECONDS):
        while message is None:
            await asyncio.sleep(0.01)
            message = await queue.get(no_ack=True, timeout=BOUND_SECONDS, fail=False)
    return message


def fresh() -> Evidence:
    return at(datetime.now(UTC))


def at(moment: datetime) -> Evidence:
    """Of a tap that began then."""
    written = to_timestamp(moment)
    return structs.replace(evidence(), tap=str(new_tap_id(moment)), began=written, ended=written)


NOTHING = SnapshotPart(part=1, parts=1)


@asynccontextmanager
async def informed(bench: Bench) -> AsyncIterator[None]:
    """Running, and told all that there is to know of cards and gateways: nothing."""
    async with running(bench.found):
        await bench.answer(NOTHING, asked=await bench.asked_for_everything())
        yield


@asynccontextmanager
async def running(found: Mapping[str, str], *, http_port: int = 0) -> AsyncIterator[None]:
    settings = VerificationSettings(
        _secrets_dir=str(Path(found["SECRETS_DIR"]) / "verification"),  # type: ignore[call-arg]  # as in chassis.runtime.settings
        region="3372",
        amqp_url=found["AMQP_VERIFICATION_URL"],
        database_url=found["DATABASE_VERIFICATION_URL"],
        http_port=http_port,
    )
    stopping = asyncio.Event()
    task = asyncio.create_task(serve(settings, stopping))
    try:
        yield
    finally:
        stopping.set()
        await asyncio.wait_for(task, BOUND_SECONDS)


async def approved(bench: Bench) -> None:
    """Approve the gateway, until the projection knows it."""
    await bench.approve()
    await until_gateway_is_known(bench.found)


async def until_gateway_is_known(found: Mapping[str, str]) -> None:
    """Until the projection knows it: a reading before that would be an unknown gateway's."""
    async with database(found["DATABASE_VERIFICATION_URL"], name="test") as pool:

        async def known() -> bool:
            statement = "SELECT count(*) FROM gateways WHERE gateway = $1 AND approved"
            return bool(await pool.fetchval(statement, GATEWAY))

        await until(known, what="the gateway in the projection")
