"""A chip in a slot of vsmartcard's virtual reader: TCP to pcscd's driver, frames of two length bytes and data."""

import asyncio
import socket
from datetime import UTC, datetime

from simulator.chip import Chip

_POWER_OFF, _POWER_ON, _RESET, _ATR = b"\x00", b"\x01", b"\x02", b"\x04"
_LENGTH_BYTES = 2


class Inserted:
    """A chip while it is in a slot.

    Args:
        chip: the chip.
        leaves_after: pull it out by itself after so many commands.
    """

    def __init__(self, chip: Chip, *, leaves_after: int | None = None) -> None:
        self._chip = chip
        self._leaves_after = leaves_after
        self.commands = 0
        self.powered_at: datetime | None = None
        self.powered = asyncio.Event()
        """The reader has noticed the chip."""
        self.read = asyncio.Event()
        """The reader took the power away after it had said something to the chip."""

    async def stay(self, port: int) -> None:
        """Enter the slot and answer until cancelled, or pulled out. Raises OSError where no reader listens."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while True:
                # the kernel forgets it after a while; without it each command waits 40 ms
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "big")
                answer = self._answer(await reader.readexactly(length))
                if answer is None:
                    continue
                if self._leaves_after is not None and self.commands > self._leaves_after:
                    return
                writer.write(len(answer).to_bytes(_LENGTH_BYTES, "big") + answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return  # pcscd went away
        finally:
            writer.close()

    def _answer(self, frame: bytes) -> bytes | None:
        if frame in {_POWER_ON, _ATR} and not self.powered.is_set():
            self.powered_at = datetime.now(UTC)
            self.powered.set()
        if frame in {_POWER_OFF, _POWER_ON, _RESET}:
            self._chip.reset()
            if frame == _POWER_OFF and self.commands:
                self.read.set()
            return None
        if frame == _ATR:
            return self._chip.atr
        self.commands += 1
        self.read.clear()
        return self._chip.respond(frame)
