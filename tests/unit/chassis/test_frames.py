import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import pairwise

import pamqp.frame
import pytest
from aiormq.connection import FrameReceiver
from aiormq.exceptions import AMQPConnectionError, ProtocolSyntaxError
from hypothesis import given
from hypothesis import strategies as st
from pamqp.base import Frame
from pamqp.body import ContentBody
from pamqp.commands import Basic, Connection
from pamqp.constants import FRAME_BODY, FRAME_HEADER, FRAME_METHOD
from pamqp.frame import FrameTypes
from pamqp.header import ContentHeader, ProtocolHeader
from pamqp.heartbeat import Heartbeat

from chassis.messaging.fast_amqp.frames import MOST_BYTES, Frames
from tests.unit.chassis import strange

SENT = b"".join(
    pamqp.frame.marshal(frame, channel)
    for frame, channel in (
        (Connection.Tune(10, 131_072, 40), 0),
        (Basic.Deliver("ctag", 7, redelivered=True, exchange="e", routing_key="card.read.désa"), 1),
        (ContentHeader(body_size=5, properties=Basic.Properties(headers={"a": "b"}, message_id="x")), 1),
        (ContentBody(b"ab\xcede"), 1),
        (Heartbeat(), 0),
        (Basic.Ack(2**40, multiple=True), 2),
    )
)


def stream(content: bytes) -> asyncio.StreamReader:
    """What a broker sends before it hangs up."""
    reader = asyncio.StreamReader()
    reader.feed_data(content)
    reader.feed_eof()
    return reader


def cut(content: bytes, places: Iterable[int]) -> list[bytes]:
    at = [0, *sorted(places), len(content)]
    return [content[begin:end] for begin, end in pairwise(at)]


class Slow(asyncio.StreamReader):
    """Gives what it has piece by piece, as a socket does."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        super().__init__()
        self._pieces = [piece for piece in pieces if piece]

    async def read(self, n: int = -1) -> bytes:
        assert n > max(map(len, self._pieces), default=0)
        return self._pieces.pop(0) if self._pieces else b""


async def all_of(frames: FrameReceiver) -> list[object]:
    """The channel, kind and content of each frame until the connection is lost."""
    found: list[object] = []
    with suppress(AMQPConnectionError, StopAsyncIteration):
        while True:
            _, channel, frame = await frames.get_frame()
            found.append((channel, type(frame), content_of(frame)))
    return found


def content_of(frame: FrameTypes) -> object:
    if isinstance(frame, ContentHeader):
        return frame.weight, frame.body_size, frame.properties
    if isinstance(frame, ContentBody | Heartbeat):
        return frame.value
    assert isinstance(frame, Frame)
    return dict(frame)


async def next_of(content: bytes) -> object:
    return (await Frames(stream(content)).get_frame())[2]


@given(places=st.lists(st.integers(0, len(SENT)), max_size=8))
def test_frames_are_those_that_aiormq_reads_wherever_they_are_cut(places: list[int]) -> None:
    async def both() -> tuple[object, object]:
        return await all_of(Frames(Slow(cut(SENT, places)))), await all_of(FrameReceiver(stream(SENT)))

    ours, theirs = asyncio.run(both())
    assert ours == theirs


async def test_names_that_are_not_utf_8_are_nobodys_in_a_frame_like_any_other() -> None:
    written = pamqp.frame.marshal(Basic.Deliver("ctag", 1, exchange="ex", routing_key="card.k"), 1)
    delivery = await next_of(written.replace(b"card.k", b"card.\xff").replace(b"ex", b"e\xff"))
    assert isinstance(delivery, Basic.Deliver)
    assert (delivery.exchange, delivery.routing_key) == ("e\ufffd", "card.\ufffd")


@pytest.mark.parametrize(
    "content",
    [
        strange.frame(FRAME_HEADER, b"\x00\x3c\x00\x00", channel=1),
        strange.frame(FRAME_METHOD, b"\x00\x3c\x00\x3c\x09", channel=1),
        strange.frame(FRAME_METHOD, b"\xff\xff\xff\xff", channel=1),
        strange.frame(9, b"x", channel=1),
        strange.frame(FRAME_HEADER, b"\x00" * 14, channel=1)[:-1] + b"\x00",
    ],
    ids=["no flags", "a delivery cut short", "an unknown method", "an unknown kind", "no end"],
)
async def test_what_is_no_frame_ends_the_connection(content: bytes) -> None:
    with pytest.raises(AMQPConnectionError, match="cannot be read"):
        await next_of(content)


async def test_a_frame_that_is_longer_than_agreed_is_not_waited_for() -> None:
    begun = strange.frame(FRAME_BODY, b"", channel=1)
    for length in (MOST_BYTES + 1, 2**32 - 1):
        reader = asyncio.StreamReader()
        reader.feed_data(begun[:3] + length.to_bytes(4) + b"x")  # and no end of what is sent
        with pytest.raises(AMQPConnectionError, match="longer than agreed"):
            await asyncio.wait_for(Frames(reader).get_frame(), 5)


@pytest.mark.parametrize(
    ("told", "agreed"), [(0, MOST_BYTES), (4_096, 4_096), (131_072, MOST_BYTES), (2**32 - 1, MOST_BYTES)]
)
async def test_no_broker_is_let_send_longer_frames_than_are_read(told: int, agreed: int) -> None:
    tune = await next_of(pamqp.frame.marshal(Connection.Tune(10, told, 40), 0))
    assert isinstance(tune, Connection.Tune)
    assert (tune.frame_max, tune.channel_max, tune.heartbeat) == (agreed, 10, 40)


async def test_a_broker_that_speaks_another_version_is_told_from_one_that_is_away() -> None:
    with pytest.raises(ProtocolSyntaxError):
        await next_of(ProtocolHeader().marshal())


async def test_a_connection_that_is_reset_is_lost() -> None:
    reader = asyncio.StreamReader()
    reader.set_exception(ConnectionResetError())
    with pytest.raises(AMQPConnectionError, match="lost"):
        await Frames(reader).get_frame()
