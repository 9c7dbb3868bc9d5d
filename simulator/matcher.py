"""A fingerprint device with its matcher, on a UNIX socket, and the fingers that are laid upon it.

One line of JSON each way for each touch: `{"fingers": ["<base64 of a minutiae record>", …]}` comes in, and
`{"touch": "match"}` goes out. Templates of invented fingers are equal or they are of different fingers, so
comparing them is all that this matcher has to do.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path


class Odd(StrEnum):
    """Touches that are no finger to compare; the values are what the device says of them."""

    POOR = "poor-quality"
    NONE = "no-finger"
    FAKE = "fake-finger"


class FingerDevice:
    """Says of each touch what it came to. After the last touch nobody lays a finger on it any more."""

    def __init__(self) -> None:
        self._touches: list[bytes | Odd] = []
        self.asked = 0
        """How many touches it was asked for."""

    def will_be_touched(self, touches: Iterable[bytes | Odd]) -> None:
        """From now on by these, in their order: a finger is given as its minutiae record."""
        self._touches = list(touches)

    @asynccontextmanager
    async def listening(self, socket: Path) -> AsyncIterator["FingerDevice"]:
        """On that socket, for the block."""
        async with await asyncio.start_unix_server(self._serve, socket):
            try:
                yield self
            finally:
                await asyncio.to_thread(socket.unlink)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = json.loads(await reader.readline())
        fingers = [base64.b64decode(each) for each in asked["fingers"]]
        writer.write(json.dumps({"touch": self._touch(fingers)}).encode() + b"\n")
        await writer.drain()
        writer.close()

    def _touch(self, fingers: list[bytes]) -> str:
        self.asked += 1
        touch = self._touches.pop(0) if self._touches else Odd.NONE
        if isinstance(touch, Odd):
            return touch.value
        return "match" if touch in fingers else "no-match"
