"""What is buried: always, whoever wrote it, and of rubbish no more than its beginning."""

from collections.abc import Sequence
from hashlib import sha256
from typing import cast

import pytest
from msgspec.structs import replace
from pamqp import encode

from chassis.messaging.dead_letters import FIRST_BYTES, Graveyard
from chassis.messaging.fast_amqp import content_header
from chassis.messaging.fast_amqp.content_header import MOST_BYTES, Unreadable
from chassis.messaging.fast_amqp.deliveries import Delivered
from chassis.messaging.message_handler import Dead
from chassis.messaging.publisher import Publisher, properties
from ketuk_events.events import Wire
from tests.unit.chassis import strange

LEAVES = {
    "text": b"S\x00\x00\x00\x01x",
    "nothing": b"V",
    "number": b"I\x00\x00\x00\x07",
    "bytes": b"x\x00\x00\x00\x01\xff",
    "time": b"T\x7f" + b"\xff" * 7,
    "table": b"F\x00\x00\x00\x00",
    "list": b"A\x00\x00\x00\x00",
}
ORIGIN = {"ketuk-reason", "ketuk-queue", "ketuk-routing-key", "ketuk-user", "ketuk-died"}


class Written:
    """In the publisher's place: writes each down as it goes over the wire."""

    def __init__(self) -> None:
        self.wires: list[Wire] = []

    async def publish_all(self, wires: Sequence[Wire]) -> None:
        for wire in wires:
            content_header.write(properties(wire, user="verification", headers={}), body_size=len(wire.body))
        self.wires += wires


def delivered(headers: bytes, *, body: bytes = b"{}") -> Delivered:
    """A message as it is read, with a table of headers of these bytes."""
    written = strange.header(
        encode.by_type(0x2000, "short") + headers if headers else b"\x00\x00", body_size=len(body)
    )
    read = content_header.read(written).properties.headers
    return Delivered(
        tag=1,
        redelivered=False,
        message_id="0190f5c2-0000-7000-8000-000000000001",
        routing_key="card.read.v1.3372.kelurahan-jebres",
        user="3372.kelurahan-jebres",
        content_type="application/json",
        headers={} if read is None else read,
        body=body,
    )


async def buried(message: Delivered, *, keep_body: bool = True) -> Wire:
    written = Written()
    graveyard = Graveyard(publisher=cast("Publisher", written), queue="verification.readings")
    await graveyard.bury([(message, Dead(reason="unknown type of message", keep_body=keep_body))])
    (wire,) = written.wires
    return wire


@pytest.mark.parametrize("leaf", LEAVES)
@pytest.mark.parametrize("key", [1, 130, 255])
async def test_headers_nested_to_any_depth_are_buried(leaf: str, key: int) -> None:
    innermost = strange.table(bytes([key]) + b"k" * key + LEAVES[leaf])
    for depth in (*range(8), *range(400, 521)):
        nested = innermost
        for _ in range(depth):
            nested = strange.table(b"\x01xF" + nested)
        wire = await buried(delivered(nested))
        assert set(wire.headers) >= ORIGIN


@pytest.mark.parametrize(
    "value",
    [
        b"A" + strange.table(b"A" + strange.table(b"A" + strange.table(b"V"))),
        b"d" + b"\x7f\xef" + b"\xff" * 6,
        b"x\x00\x00\x00\x01\xff",
    ],
    ids=["lists", "a number without a shorter form", "bytes"],
)
async def test_what_cannot_be_written_again_is_left_out_and_the_rest_is_there(value: bytes) -> None:
    wire = await buried(delivered(strange.table(b"\x01v" + value + b"\x01aS\x00\x00\x00\x02hi")))
    assert wire.headers["a"] == "hi"
    assert set(wire.headers) >= ORIGIN


async def test_whatever_the_headers_burying_says_where_it_died() -> None:
    class Hostile(dict[str, object]):
        def items(self) -> object:  # type: ignore[override]  # as no dict does
            raise RecursionError

    message = replace(delivered(b""), headers=Hostile())
    assert set((await buried(message)).headers) == ORIGIN


async def test_a_copy_can_be_read_again_however_long_the_headers_were() -> None:
    for length in range(MOST_BYTES - 1_200, MOST_BYTES, 97):
        text = b"t" * (length - 7)
        message = delivered(strange.table(b"\x01tS" + len(text).to_bytes(4) + text))
        assert len(message.headers) == 1
        wire = await buried(message)
        written = content_header.write(properties(wire, user="verification", headers={}), body_size=0)
        read = content_header.read(written).properties.headers
        assert not isinstance(read, Unreadable)
        assert read is not None
        assert set(read) >= ORIGIN


async def test_of_rubbish_the_first_kilobyte_is_kept_with_digest_and_length() -> None:
    body = bytes(range(256)) * 40
    wire = await buried(delivered(b"", body=body), keep_body=False)
    assert wire.body == body[:FIRST_BYTES]
    assert wire.headers["ketuk-body-sha256"] == sha256(body).hexdigest()
    assert wire.headers["ketuk-body-bytes"] == str(len(body))


@pytest.mark.parametrize(("length", "keep_body"), [(FIRST_BYTES, False), (FIRST_BYTES + 1, True), (0, False)])
async def test_a_body_that_is_short_or_may_be_replayed_is_kept_whole(length: int, *, keep_body: bool) -> None:
    body = b"x" * length
    wire = await buried(delivered(b"", body=body), keep_body=keep_body)
    assert wire.body == body
    assert set(wire.headers) == ORIGIN


async def test_headers_that_say_of_themselves_that_a_body_was_cut_are_not_believed() -> None:
    name = b"ketuk-body-bytes"
    said = strange.table(bytes([len(name)]) + name + b"S\x00\x00\x00\x012")
    assert "ketuk-body-bytes" not in (await buried(delivered(said))).headers
