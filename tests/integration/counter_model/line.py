"""The line between a gateway and its broker: it can be cut, and it can swallow what the broker says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import StrEnum


class State(StrEnum):
    WHOLE = "whole"
    CUT = "cut"
    DEAF = "deaf"
    """What the gateway says arrives; what the broker says, its confirmations too, does not."""


class Line:
    """A TCP port of this machine's loopback that leads to the broker."""

    def __init__(self, *, to: int) -> None:
        self._to = to
        self._state = State.WHOLE
        self._ends: set[asyncio.StreamWriter] = set()
        self.port = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            self._hang_up()

    def become(self, state: State) -> None:
        """All connections end, unless the line only falls deaf."""
        self._state = state
        if state is not State.DEAF:
            self._hang_up()

    def _hang_up(self) -> None:
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._state is State.CUT:
            writer.transport.abort()
            return
        try:
            theirs, ours = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        self._ends |= {writer, ours}
        with suppress(OSError):
            await asyncio.gather(
                self._pass(reader, ours, says_broker=False), self._pass(theirs, writer, says_broker=True)
            )

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, says_broker: bool
    ) -> None:
        try:
            while said := await reader.read(65536):
                if says_broker and self._state is State.DEAF:
                    continue
                writer.write(said)
                await writer.drain()
        finally:
            writer.close()
            self._ends.discard(writer)
