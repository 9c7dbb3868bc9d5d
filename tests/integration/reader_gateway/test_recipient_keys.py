"""A gateway that runs learns for which key it seals, and knows it after a restart without a broker."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiormq.exceptions import ChannelNotFoundEntity
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

from chassis.crypto.root_key import signed
from chassis.crypto.sealing import key_id, private_key
from chassis.messaging.broker import Broker
from dev.demo.services import Services
from dev.stack.logged import logged
from dev.stack.secret_files import public_pem
from dev.stack.stack import Stack
from dev.stack.strict_python import STRICT_PYTHON
from ketuk_events import catalogue
from ketuk_events.names import to_timestamp
from ketuk_events.projection import KeyPublished
from reader_gateway.bus.recipient_keys import OWNER
from tests.integration.chassis.conftest import until
from tests.integration.verification.bench import GATEWAY, wire


def new_key(*, root: ec.EllipticCurvePrivateKey) -> KeyPublished:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    return signed(
        KeyPublished(
            key_id=key_id(key.public_key()),
            use="seal",
            owner=OWNER,
            public_key=public_pem(key),
            valid_from=to_timestamp(now - timedelta(minutes=1)),
            valid_until=to_timestamp(now + timedelta(days=1)),
            version=1,
        ),
        root=root,
    )


@contextmanager
def gateway(stack: Stack, *, spool: Path, **more: str) -> Iterator[None]:
    """A gateway process, whose reader is not there."""
    settings = (
        Services(stack=stack).settings(f"gateway-{GATEWAY}")
        | {
            "KETUK_READERS": json.dumps({"loket-1": {"terminal": str(spool.parent / "no-port")}}),
            "KETUK_TERMINAL_OPERATOR_NIK": "3372990101900001",
            "KETUK_SPOOL": str(spool),
        }
        | more
    )
    command = [*STRICT_PYTHON, "-m", "reader_gateway"]
    stack.children.start("gateway", command, environment=settings)
    try:
        yield
    finally:
        stack.children.stop("gateway")


async def tell(stack: Stack, *keys: KeyPublished, account: str = "REGISTRY") -> None:
    broker = Broker(url=stack.environment()[f"AMQP_{account}_URL"], name="test")
    async with broker.channel() as channel:
        publisher = await broker.publisher(channel)
        await publisher.publish_all(
            [wire(catalogue.KEY_PUBLISHED, key, source="registry", owner=key.owner) for key in keys]
        )


async def test_a_gateway_learns_keys_from_the_bus_and_keeps_them(stack: Stack, tmp_path: Path) -> None:
    root = private_key(stack.secrets.read("root/key.pem"))
    forged, told = new_key(root=ec.generate_private_key(ec.SECP256R1())), new_key(root=root)
    in_another_name, news = new_key(root=root), tmp_path / "spool.sqlite"

    async def is_heard() -> bool:
        url = stack.environment()["AMQP_ADMIN_URL"]
        async with Broker(url=str(URL(url).with_path("/ketuk")), name="test").channel() as channel:
            try:
                found = await channel.declare_queue(f"gateway.3372.{GATEWAY}", passive=True)
            except ChannelNotFoundEntity:
                return False
            counts = found.declaration_result
            return bool(counts.consumer_count) and not counts.message_count

    with gateway(stack, spool=news):
        await until(is_heard, what="the gateway listens")
        await tell(stack, forged)
        # only the registry says which keys there are
        await tell(stack, in_another_name, account="VERIFICATION")
        await tell(stack, told)
        await until(is_heard, what="all was heard")
    with closing(sqlite3.connect(news)) as file:
        kept = {name for (name,) in file.execute("SELECT key_id FROM keys")}
    assert kept == {told.key_id}
    known_before = knows(stack, told)

    async def knows_it_again() -> bool:
        return knows(stack, told) > known_before

    with gateway(stack, spool=news, KETUK_AMQP_URL="amqp://nobody:nothing@127.0.0.1:1/none"):
        await until(knows_it_again, what="the key, out of the spool")


def knows(stack: Stack, key: KeyPublished) -> int:
    """How often the gateway has logged that it knows a key."""
    said = logged(stack.children.log("gateway"))
    return [(line["event"], line.get("key")) for line in said].count(("knows a key", key.key_id))
