"""The link itself, between plain sockets on the loopback."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pamqp.frame
import pytest
from pamqp.body import ContentBody

from dev.faults.link import Link
from tests.support.bounds import BOUND_SECONDS

GREETED = b"AMQP\x00\x00\x09\x01"
FRAME = pamqp.frame.marshal(ContentBody(b"x" * 900), 1)


@dataclass(kw_only=True)
class Server:
    """Keeps what it hears, and says it again, but for the greeting, which a broker does not return."""

    heard: bytearray = field(default_factory=bytearray)
    end: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readexactly(len(GREETED))
            while data := await reader.read(65_536):
                self.heard += data
                writer.write(data)
                await writer.drain()
            self.end.put_nowait("closed")
        except ConnectionResetError:
            self.end.put_nowait("reset")
        finally:
            writer.close()


@asynccontextmanager
async def linked(*, slow_seconds: float = 0.02) -> AsyncIterator[tuple[Server, Link]]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with (
        listening,
        Link(to=listening.sockets[0].getsockname()[1], slow_seconds=slow_seconds).running() as link,
    ):
        yield server, link


@asynccontextmanager
async def client(link: Link) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def ended(server: Server) -> str:
    return await asyncio.wait_for(server.end.get(), BOUND_SECONDS)


async def test_what_is_said_passes_both_ways_until_one_side_closes() -> None:
    async with linked() as (server, link):
        async with client(link) as (reader, writer):
            writer.write(GREETED + FRAME * 200)
            assert await reader.readexactly(200 * len(FRAME)) == FRAME * 200
        assert await ended(server) == "closed"


async def test_a_reset_is_felt_on_both_sides() -> None:
    async with linked() as (server, link), client(link) as (reader, writer):
        writer.write(GREETED + FRAME)
        await reader.readexactly(len(FRAME))
        link.reset()
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        assert await ended(server) == "reset"


async def test_nothing_comes_out_of_a_black_hole_and_whoever_lost_something_is_reset_after_it() -> None:
    async with linked() as (server, link), client(link) as (reader, writer):
        writer.write(GREETED + FRAME)
        await reader.readexactly(len(FRAME))
        hole = asyncio.create_task(link.black_hole(0.5))
        await asyncio.sleep(0)
        writer.write(FRAME)
        async with client(link) as (late, other):
            other.write(GREETED + FRAME)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.2)
            await hole
            with pytest.raises(ConnectionResetError):
                await asyncio.wait_for(reader.read(1), BOUND_SECONDS)
            # who only wanted in gets in
            assert await asyncio.wait_for(late.readexactly(len(FRAME)), BOUND_SECONDS) == FRAME
        assert bytes(server.heard) == FRAME * 2


async def test_who_lost_something_in_a_silence_hears_nothing_after_it_either_and_no_end() -> None:
    async with linked() as (server, link):
        async with client(link) as (reader, writer):
            writer.write(GREETED + FRAME)
            await reader.readexactly(len(FRAME))
            async with link.silence():
                writer.write(FRAME)
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(reader.read(1), 0.2)
            writer.write(FRAME)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.2)
            assert link.mute == 1
        # the client has gone, and the server does not hear of it
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(server.end.get(), 0.2)
        assert bytes(server.heard) == FRAME
        async with client(link) as (again, writer):
            writer.write(GREETED + FRAME)
            assert await again.readexactly(len(FRAME)) == FRAME


@pytest.mark.parametrize("frames", [0, 1, 3])
async def test_a_connection_goes_mute_after_so_many_frames_of_its_client(frames: int) -> None:
    greeted = frames + 1 if frames else 0
    async with linked() as (server, link), link.mute_from(greeted), client(link) as (reader, writer):
        for number in range(5):
            writer.write((GREETED if number == 0 else b"") + FRAME)
            if number < frames:
                assert await asyncio.wait_for(reader.readexactly(len(FRAME)), BOUND_SECONDS) == FRAME
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.2)
        assert bytes(server.heard) == FRAME * frames


async def test_a_slow_link_takes_its_time_and_loses_nothing() -> None:
    async with linked(slow_seconds=0.05) as (_, link), client(link) as (reader, writer):
        slowing = asyncio.create_task(link.slow(60))
        await asyncio.sleep(0)
        began = time.perf_counter()
        writer.write(GREETED + FRAME * 10)
        await reader.readexactly(10 * len(FRAME))
        # eight pieces at least up, each of which is held; on a busy machine it only takes longer
        assert time.perf_counter() - began > 8 * 0.05
        slowing.cancel()
        await asyncio.gather(slowing, return_exceptions=True)


@pytest.mark.parametrize("upwards", [True, False])
@pytest.mark.parametrize("share", [0.0, 0.37, 0.5, 1.0])
async def test_a_cut_ends_the_connection_inside_a_frame(*, share: float, upwards: bool) -> None:
    async with linked() as (server, link):
        said = b""
        async with client(link) as (reader, writer):
            writer.write(GREETED + FRAME)
            await reader.readexactly(len(FRAME))
            link.cut(share=share, upwards=upwards)
            writer.write(FRAME * 2)
            with suppress(ConnectionResetError):
                while data := await asyncio.wait_for(reader.read(65_536), BOUND_SECONDS):
                    said += data
        await ended(server)
        heard = len(server.heard)
        arrived = heard if upwards else len(said)
        assert link.cuts == 1
        assert arrived % len(FRAME) != 0
        async with client(link) as (again, writer):
            writer.write(GREETED + FRAME)
            assert await again.readexactly(len(FRAME)) == FRAME


async def test_where_no_server_listens_the_connection_ends() -> None:
    async with Link(to=1).running() as link, client(link) as (reader, _):
        said = b""
        with suppress(ConnectionResetError):
            said = await asyncio.wait_for(reader.read(1), BOUND_SECONDS)
        assert said == b""
