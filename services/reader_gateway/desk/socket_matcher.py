"""A matcher that the institution plugs in, on a UNIX socket: one line of JSON each way for each touch.

We send `{"fingers": ["<base64 of a minutiae record>", …]}` and are sent `{"touch": "match"}`, where the word
is one of `Touch`. The records never leave this computer.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec

from reader_gateway.ports.fingerprint_match import MatcherAway, Touch

TOUCH_SECONDS = 20.0
"""How long one touch may take; a device that waits for a finger says `no-finger` before."""


class _Request(msgspec.Struct, frozen=True):
    fingers: tuple[bytes, ...]


class _Answer(msgspec.Struct, frozen=True):
    touch: Touch


class PluggedInMatcher:
    """The matcher behind a socket; see `fingerprint_match.Matcher`."""

    def __init__(self, *, socket: Path, touch_seconds: float = TOUCH_SECONDS) -> None:
        self._socket = socket
        self._touch_seconds = touch_seconds

    async def touch(self, fingers: Sequence[bytes]) -> Touch:
        """Ask for one touch. Raises MatcherAway."""
        try:
            async with asyncio.timeout(self._touch_seconds):
                return await self._ask(_Request(tuple(fingers)))
        except (OSError, ValueError, msgspec.MsgspecError) as why:
            raise MatcherAway(type(why).__name__) from None

    async def _ask(self, request: _Request) -> Touch:
        reader, writer = await asyncio.open_unix_connection(self._socket)
        try:
            writer.write(msgspec.json.encode(request) + b"\n")
            return msgspec.json.decode(await reader.readline(), type=_Answer).touch
        finally:
            writer.close()
