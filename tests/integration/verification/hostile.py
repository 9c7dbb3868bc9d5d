"""Two gateways, both known, and what one of them or a stranger might send in the other's name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import msgspec
from aio_pika.abc import AbstractIncomingMessage
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct, structs

from chassis.crypto.sealing import Sealer, private_key, public_key
from chassis.messaging.broker import DEAD_LETTERS, Broker
from ketuk_events import catalogue
from ketuk_events.catalogue import Kind
from ketuk_events.events import Wire
from ketuk_events.evidence import Evidence
from ketuk_events.names import from_timestamp, to_timestamp
from ketuk_events.projection import GatewayApproved, SnapshotPart
from ketuk_events.sealed import Sealed
from ketuk_events.taps import CardRead
from reader_gateway.tap.tap import new_tap_id
from tests.integration.registry.case import next_of
from tests.integration.verification.bench import GATEWAY, Bench, fresh, running, wire

OTHER = "polresta-surakarta"


class Sent(Struct, frozen=True, kw_only=True):
    """Something on its way to verification: who publishes it, and under whose routing key."""

    account: str
    wire: Wire


def tap_at(moment: datetime) -> Evidence:
    """Evidence of a tap that began and ended then."""
    written = to_timestamp(moment)
    return structs.replace(fresh(), tap=str(new_tap_id(moment)), began=written, ended=written)


def tap() -> Evidence:
    """Evidence of a tap of now."""
    return tap_at(datetime.now(UTC))


def identity(bench: Bench, gateway: str = GATEWAY) -> ec.EllipticCurvePrivateKey:
    return private_key(bench.stack.secrets.read(f"gateway-{gateway}/ketuk_identity_key"))


def sealed(
    bench: Bench,
    found: Evidence,
    *,
    by: ec.EllipticCurvePrivateKey | None = None,
    recipient: ec.EllipticCurvePublicKey | None = None,
) -> Sealed:
    """Evidence as the gateway in it seals it, or as somebody else would in its name."""
    gateway = found.asked.gateway
    first = bench.stack.secrets.read(f"gateway-{gateway}/ketuk_verification_public_key")
    sealer = Sealer(
        sender=f"3372.{gateway}",
        identity=by or identity(bench, gateway),
        recipient=recipient or public_key(first),
    )
    return sealer.seal(msgspec.json.encode(found), now=from_timestamp(found.ended))


def reading(found: Evidence, seal: Sealed, *, account: str | None = None, **outside: object) -> Sent:
    """A reading as its gateway sends it, changed outside, or from another's account."""
    read = structs.replace(
        CardRead(tap=found.tap, asked=found.asked, began=found.began, ended=found.ended, evidence=seal),
        **outside,
    )
    owner = account or found.asked.gateway
    return Sent(account=owner, wire=wire(catalogue.CARD_READ, read, source=owner, owner=owner))


def of(gateway: str, found: Evidence) -> Evidence:
    """The same evidence of another gateway, of its own institution."""
    return structs.replace(found, asked=structs.replace(found.asked, gateway=gateway, institution=gateway))


async def send(bench: Bench, sent: Sent) -> str:
    """Publish; returns the message's id."""
    url = bench.found[f"AMQP_GATEWAY_{sent.account.replace('-', '_').upper()}_URL"]
    broker = Broker(url=url, name="test")
    async with broker.channel() as channel:
        await (await broker.publisher(channel)).publish_all([sent.wire])
    return sent.wire.message_id


async def tell(bench: Bench, kind: Kind, data: Struct, *, owner: str) -> None:
    """Say something as the registry."""
    await bench.say("registry", wire(kind, data, source="registry", owner=owner))


def known(bench: Bench, gateway: str = GATEWAY) -> GatewayApproved:
    """A gateway as the registry approved it."""
    return structs.replace(
        bench.approved(),
        gateway=gateway,
        institution=gateway,
        public_key=bench.stack.secrets.read(f"gateway-{gateway}/identity_public.pem"),
    )


def everything(bench: Bench, *gateways: str) -> SnapshotPart:
    """What the registry knows: these gateways, and that the card is active."""
    return SnapshotPart(
        part=1,
        parts=1,
        approved=tuple(known(bench, gateway) for gateway in gateways),
        cards=(bench.status(fresh(), "active", version=1),),
    )


@asynccontextmanager
async def judging(bench: Bench, *gateways: str) -> AsyncIterator[None]:
    """Verification runs, and knows these gateways and the card."""
    async with running(bench.found):
        await bench.answer(everything(bench, *gateways), asked=await bench.asked_for_everything())
        await bench.until_known(cards=1)
        yield


async def letter(bench: Bench) -> AbstractIncomingMessage:
    """The next dead letter."""
    return await next_of(await bench.channel.get_queue(DEAD_LETTERS, ensure=False))
