"""A TCP link between clients and a server on this machine, and what may befall it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dev.faults.conditions import Conditions, Cut, Weather
from dev.faults.connection import Connection


class Link:
    """Listens on a port, and passes on to another one what comes there.

    Args:
        to: the port of the server, on the loopback.
        slow_seconds: for how long each kilobyte is held while the link is slow.
    """

    def __init__(self, *, to: int, slow_seconds: float = 0.02) -> None:
        self._to = to
        self._conditions = Conditions(slow_seconds=slow_seconds)
        self._conditions.passable.set()
        self._connections: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        """Where clients connect; known while it runs."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Link"]:
        """Listen while the block runs."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.reset()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def connections(self) -> int:
        """How many pass through now."""
        return len(self._connections)

    @property
    def cuts(self) -> int:
        """How often a connection was cut inside a frame."""
        return self._conditions.cuts

    def reset(self) -> None:
        """End all connections as a peer does that lost its memory (RST, on both sides)."""
        for connection in list(self._connections):
            connection.reset()

    def cut(self, *, share: float, upwards: bool) -> None:
        """Cut where something passes next: inside a frame, about at a share of what passes."""
        self._conditions.cut = Cut(share=share, upwards=upwards)

    async def black_hole(self, seconds: float) -> None:
        """For a while nothing arrives, either way; then the connections that lost something are reset."""
        try:
            async with self.silence():
                await asyncio.sleep(seconds)
        finally:
            for connection in [each for each in self._connections if each.has_lost]:
                connection.reset()

    @asynccontextmanager
    async def silence(self) -> AsyncIterator[None]:
        """While the block runs nothing arrives, either way, and nobody is told, then or later.

        A connection that lost something stays mute until both its sides have given it up; a new one gets
        through when the block has ended.
        """
        self._conditions.weather = Weather.BLACK_HOLE
        self._conditions.passable.clear()
        try:
            yield
        finally:
            self._conditions.weather = Weather.FAIR
            self._conditions.passable.set()

    @asynccontextmanager
    async def mute_from(self, frame: int) -> AsyncIterator[None]:
        """While the block runs each connection goes mute, as by `silence`, after so many frames of a client.

        So a client is struck in every state of setting up: 0 while it connects, more when it has come
        further; its greeting counts as a frame.
        """
        self._conditions.swallows_from = frame
        try:
            yield
        finally:
            self._conditions.swallows_from = None

    @property
    def mute(self) -> int:
        """How many connections have lost something and are open yet on one side at least."""
        return sum(each.has_lost for each in self._connections)

    async def slow(self, seconds: float) -> None:
        """For a while everything takes its time."""
        self._conditions.weather = Weather.SLOW
        try:
            await asyncio.sleep(seconds)
        finally:
            self._conditions.weather = Weather.FAIR

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(conditions=self._conditions, reader=reader, writer=writer)
        self._connections.add(connection)
        task = asyncio.create_task(connection.run(to=self._to))
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._connections.discard(connection)
            self._tasks.discard(task)

        task.add_done_callback(ended)
