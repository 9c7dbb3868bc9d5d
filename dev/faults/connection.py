"""One connection through a link."""

import asyncio
import socket
import struct
from contextlib import suppress

from dev.faults.conditions import Conditions, Weather
from dev.faults.frames import GREETING, Frames

CHUNK, SLOW_CHUNK = 65_536, 1_024
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class Connection:
    """Passes on what a client and its server say, under the conditions of the link."""

    def __init__(
        self, *, conditions: Conditions, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._conditions = conditions
        self._client = reader
        self._writers = [writer]
        self._ended = asyncio.Event()
        self._frames = 0
        self.has_lost = False
        """Whether something that was said never arrives. Then nothing does any more, not even the end."""

    async def run(self, *, to: int) -> None:
        """Pass on to the server on a port, until one side ends or `reset` is called."""
        ended = asyncio.create_task(self._ended.wait())
        passing = asyncio.create_task(self._pass(to))
        await asyncio.wait({ended, passing}, return_when=asyncio.FIRST_COMPLETED)
        for each in (ended, passing):
            each.cancel()
        await asyncio.gather(ended, passing, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()

    def reset(self) -> None:
        """End it on both sides as a peer does that lost its memory."""
        self._ended.set()
        for writer in self._writers:
            if not writer.transport.is_closing():
                found = writer.get_extra_info("socket")
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
            writer.transport.abort()

    async def _pass(self, to: int) -> None:
        await self._conditions.passable.wait()
        try:
            server, writer = await asyncio.open_connection("127.0.0.1", to)
        except OSError:
            return
        self._writers.append(writer)
        ways = [
            asyncio.create_task(self._way(self._client, writer, Frames(greeting=GREETING), upwards=True)),
            asyncio.create_task(self._way(server, self._writers[0], Frames(), upwards=False)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if self.has_lost:
                # each side finds out by itself that the other is not there
                await asyncio.wait(ways)
        finally:
            for way in ways:
                way.cancel()

    async def _way(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, frames: Frames, *, upwards: bool
    ) -> None:
        with suppress(OSError):
            is_cut = False
            while not is_cut and (data := await source.read(CHUNK)):
                ends = frames.ends(data)
                if self._conditions.loses(self._frames, upwards=upwards):
                    self.has_lost = True
                if upwards:
                    self._frames += len(ends)
                if not self.has_lost:
                    arrives, is_cut = self._conditions.passes(data, ends, upwards=upwards)
                    await self._send(arrives, sink)
            if self._conditions.loses(self._frames, upwards=upwards):
                self.has_lost = True
            if self.has_lost:
                return
            # what was passed on arrives before the end does
            sink.close()
            await sink.wait_closed()

    async def _send(self, data: bytes, sink: asyncio.StreamWriter) -> None:
        for begin in range(0, len(data), SLOW_CHUNK):
            if self._conditions.weather is not Weather.SLOW:
                sink.write(data[begin:])
                break
            sink.write(data[begin : begin + SLOW_CHUNK])
            await asyncio.sleep(self._conditions.slow_seconds)
        await sink.drain()
