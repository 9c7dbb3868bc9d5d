"""A broker that starts or stops, or a balancer with none behind it, takes a connection and drops it."""

import asyncio
from typing import Any

import pytest

from chassis.messaging.broker import Broker

_open = asyncio.open_connection


async def open_slowly(**where: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:  # noqa: ANN401
    """As on a busy machine: the other end has hung up before anything was said."""
    reader, writer = await _open(**where)
    await reader.read()
    return reader, writer


def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_a_broker_that_hangs_up_at_once_is_away_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        broker = Broker(url=f"amqp://who:secret@127.0.0.1:{port}/ketuk", name="test")
        monkeypatch.setattr(asyncio, "open_connection", open_slowly)
        with pytest.raises(ConnectionError, match="hung up"):
            async with broker.channel():
                pass
