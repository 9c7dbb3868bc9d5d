"""Properties that cannot be read cost the message, at most, and never the connection."""

from dataclasses import replace

import aio_pika
import aiormq
import pytest
from aiormq.abc import ChannelFrame
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.constants import FRAME_HEADER
from pamqp.frame import marshal

from chassis.messaging.broker import EVENTS
from ketuk_events.events import Wire
from tests.integration.chassis.conftest import Desk, until, wires
from tests.integration.chassis.test_batches import Collected, consumer, running
from tests.unit.chassis import strange

HEADERS = "its headers cannot be read"
MANY = b"".join(b"\x04%04xV" % number for number in range(20_000))
"""Headers of different names, for RabbitMQ 4 passes on one of each name."""
STRANGE: dict[str, tuple[dict[str, bytes], str | None]] = {
    "the name of a header": ({"headers": strange.table(b"\x04t\xffmeV")}, HEADERS),
    "tables in tables": ({"headers": strange.nested(10_000)}, HEADERS),
    "more headers than anybody has": ({"headers": strange.table(MANY)}, HEADERS),
    "a header": (
        {"headers": strange.table(b"\x10cloudEvents_typeS\x00\x00\x00\x04t\xffxt")},
        "unknown type of message",
    ),
    "a number that is written shorter than it was": (
        {"headers": strange.table(b"\x01nd\x7f\xef" + b"\xff" * 6)},
        "unknown type of message",
    ),
    "the message's id": ({"message_id": b"\x04t\xffxt"}, "message id is no UUID"),
    "a property that nobody asks for": ({"message_type": b"\x04t\xffxt"}, None),
    "the kind of the content": ({"content_type": b"\x04t\xffxt"}, None),
    "a time of no calendar": ({"timestamp": b"\x7f" + b"\xff" * 7}, None),
}
"""What is strange, and of what it dies, or None where it is worked on."""


class Sessions:
    """How often a consumer had to connect."""

    def __init__(self) -> None:
        self.begun = 0

    async def __call__(self) -> None:
        self.begun += 1


async def send(
    desk: Desk, sent: Wire, *, said: bytes, key: bytes | None = None, exchange: str = EVENTS
) -> None:
    """Publish a message with properties, or with a routing key, as they go over the wire."""
    async with await aio_pika.connect(desk.admin_url) as connection:
        channel = await (await connection.channel(publisher_confirms=False)).get_underlay_channel()
        assert isinstance(channel, aiormq.Channel)
        plain = key or sent.routing_key.encode()
        stand_in = "k" * len(plain)
        method = marshal(Basic.Publish(exchange=exchange, routing_key=stand_in), channel.number)
        payload = b"".join(
            (
                method.replace(stand_in.encode(), plain),
                strange.frame(
                    FRAME_HEADER, strange.header(said, body_size=len(sent.body)), channel=channel.number
                ),
                marshal(ContentBody(sent.body), channel.number),
            )
        )
        await channel.write_queue.put(ChannelFrame(payload=payload, should_close=False))
        await channel.basic_qos(prefetch_count=1)  # answered after what was written before


async def major_version(desk: Desk) -> int:
    async with await aio_pika.connect(desk.admin_url) as connection:
        assert connection.transport is not None
        return int(str(connection.transport.connection.server_properties["version"]).partition(".")[0])


@pytest.mark.parametrize("what", STRANGE)
async def test_what_cannot_be_read_ends_no_connection(desk: Desk, what: str) -> None:
    good, (bad,) = wires(40, owner=desk.owner), wires(1, owner=desk.owner)
    properties, reason = STRANGE[what]
    work = Collected()
    sessions = Sessions()

    async def is_over() -> bool:
        return len(work.arrivals) + await desk.dead_depth() > len(good)

    await desk.send(*good[:20])
    await send(desk, bad, said=strange.properties(bad, **properties))
    await desk.send(*good[20:])
    async with running(consumer(desk, work, ready=sessions)):
        await until(is_over, what="all worked on or dead")
    letter = await desk.dead_letter()
    assert sessions.begun == 1
    assert sorted(work.ids) == sorted(wire.message_id for wire in (*good, *([bad] if reason is None else [])))
    assert (None if letter is None else letter.headers["ketuk-reason"]) == reason
    if letter is not None:
        assert letter.headers["ketuk-user"] == "admin"
        assert letter.message_id == bad.message_id or what == "the message's id"
    assert await desk.dead_depth() == 0


async def test_nobody_can_say_one_account_to_the_broker_and_another_to_us(desk: Desk) -> None:
    # a classic queue, for RabbitMQ 3.10 writes properties anew in a quorum queue alone; RabbitMQ 4 in any
    queue = await desk.admin.declare_queue(f"{desk.queue.name}.classic", durable=True)
    await queue.bind(EVENTS, f"card.presented.v1.3372.{desk.owner}")
    (sent,) = wires(1, owner=desk.owner)
    said = strange.two_faced(sent, told_the_broker="admin", told_the_reader="registry")
    work = Collected()

    async def is_over() -> bool:
        return len(work.arrivals) + await desk.dead_depth() > 0

    await send(desk, sent, said=said)
    async with running(consumer(replace(desk, queue=queue), work)):
        await until(is_over, what="worked on or dead")
    await queue.delete(if_unused=False, if_empty=False)
    letter = await desk.dead_letter()
    if await major_version(desk) >= 4:
        assert [arrival.user for arrival in work.arrivals] == ["admin"]
        assert letter is None
    else:
        assert work.arrivals == []
        assert letter is not None
        assert letter.headers["ketuk-reason"] == HEADERS


async def test_a_routing_key_that_cannot_be_read_ends_no_connection(desk: Desk) -> None:
    # a gateway may not publish so: what it may is told by its account's name
    await desk.queue.bind(EVENTS, f"card.presented.v1.{desk.owner}.*")
    good, (bad,) = wires(3, owner=desk.owner), wires(1)
    work = Collected()
    sessions = Sessions()

    async def is_over() -> bool:
        return len(work.arrivals) > len(good)

    key = f"card.presented.v1.{desk.owner}.".encode() + b"\xff"
    await send(desk, bad, said=strange.properties(bad), key=key)
    await desk.send(*good)
    async with running(consumer(desk, work, ready=sessions)):
        await until(is_over, what="all worked on")
    assert sessions.begun == 1
    assert [arrival.event.owner for arrival in work.arrivals] == ["\ufffd", *[desk.owner] * len(good)]
