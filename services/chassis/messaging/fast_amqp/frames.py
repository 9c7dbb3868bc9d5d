"""Frames as they lie in what a connection received: one reading of the socket gives many.

aiormq asks its stream three times for each frame, and a delivery is three; pamqp then takes each apart.
This stands in the place of aiormq's `FrameReceiver`. See docs/decisions/0016-frames-as-they-lie.md.
"""

import asyncio
import struct

import aiormq.connection
import pamqp.frame
from aiormq.connection import FrameReceiver, ReceivedFrame
from aiormq.exceptions import AMQPConnectionError, ProtocolSyntaxError
from pamqp import constants
from pamqp.body import ContentBody
from pamqp.commands import Basic, Connection

from chassis.messaging.fast_amqp import content_header

READ_BYTES = 262_144
MOST_BYTES = 131_072
"""Of a frame, as RabbitMQ has it unless it is told another. A broker that allows more is asked for these."""
BEGINS = struct.Struct(">BHI")
"""Kind, channel and size of a frame (AMQP 0-9-1, 4.2.3)."""
_END = 1
_DELIVER = Basic.Deliver.index.to_bytes(4)
_DELIVERED = struct.Struct(">QB")
"""A delivery's number and whether it was delivered before."""


def read_as_they_lie() -> None:
    """Have aiormq read frames so, in this process. Calling it again changes nothing."""
    aiormq.connection.FrameReceiver = Frames  # type: ignore[misc]  # aiormq has no other place to say so


class Frames(FrameReceiver):
    """The frames of one connection."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        """`reader`: of a socket to the broker, at its begin."""
        super().__init__(reader)
        self._received = b""
        self._at = 0

    async def get_frame(self) -> ReceivedFrame:
        """The next frame.

        Raises AMQPConnectionError where the connection is lost, or what came is none: for any other error
        aiormq would leave the connection open and read no more.
        """
        while True:
            received, at = self._received, self._at
            begins = at + BEGINS.size
            if len(received) > begins:
                kind, channel, size = BEGINS.unpack_from(received, at)
                ends = begins + size
                if len(received) > ends:
                    break
            await self._receive()
        self._at = ends + _END
        try:
            return self._at - at, channel, _read(kind, received, at=at, ends=ends)
        except Exception as failure:
            raise AMQPConnectionError(f"cannot be read: {type(failure).__name__}") from failure

    async def _receive(self) -> None:
        rest = self._received[self._at :]
        if rest.startswith(constants.AMQP):
            raise ProtocolSyntaxError("Unexpected AMQP protocol header")
        if len(rest) >= BEGINS.size and BEGINS.unpack_from(rest)[2] > MOST_BYTES:
            raise AMQPConnectionError("cannot be read: a frame that is longer than agreed")
        try:
            more = await self.reader.read(READ_BYTES)
        except OSError as lost:
            raise AMQPConnectionError(f"the connection was lost: {lost!r}") from lost
        if not more:
            raise AMQPConnectionError("the broker hung up")
        self._received, self._at = rest + more, 0


def _read(kind: int, received: bytes, *, at: int, ends: int) -> pamqp.frame.FrameTypes:
    begins = at + BEGINS.size
    if received[ends] != constants.FRAME_END:
        raise ValueError("a frame without its end")
    if kind == constants.FRAME_BODY:
        return ContentBody(received[begins:ends])
    if kind == constants.FRAME_HEADER:
        return content_header.read(received[begins:ends])
    if received[begins : begins + len(_DELIVER)] == _DELIVER:
        return _delivery(received[begins + len(_DELIVER) : ends])
    frame = pamqp.frame.unmarshal(received[at : ends + _END])[2]
    if isinstance(frame, Connection.Tune):
        # aiormq agrees to whatever it reads here, and none means no limit
        frame.frame_max = min(frame.frame_max or MOST_BYTES, MOST_BYTES)
    return frame


def _delivery(said: bytes) -> Basic.Deliver:
    delivery = Basic.Deliver()
    delivery.consumer_tag, at = _word(said, 0)
    delivery.delivery_tag, redelivered = _DELIVERED.unpack_from(said, at)
    delivery.redelivered = bool(redelivered & 1)
    delivery.exchange, at = _word(said, at + _DELIVERED.size)
    delivery.routing_key, _ = _word(said, at)
    return delivery


def _word(said: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + said[at]
    # what is not UTF-8 is nobody's name: it may cost a message and not the connection
    return said[at + 1 : end].decode(errors="replace"), end
