"""A chip in a slot of vsmartcard's virtual reader: TCP to pcscd's driver, two length bytes and data."""

import asyncio
import socket
from contextlib import suppress
from datetime import UTC, datetime
from typing import Self

from simulator.chip import Chip
from simulator.contact import ASK_ATR, Contact

_LENGTH_BYTES = 2
# pcscd looks at each slot every 0.4 s.
_ABSENCE_SECONDS = 0.9
_DEPARTURE_SECONDS = 3.0


class Inserted:
    """A chip while it is in a slot. `enter` makes one; `leave` has to follow."""

    def __init__(
        self,
        contact: Contact,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        seconds_a_command: float,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._seconds_a_command = seconds_a_command
        self._talking = asyncio.create_task(self._talk())
        self.contact = contact
        self.noticed_at: datetime | None = None
        self.noticed = asyncio.Event()
        self.seen_again = asyncio.Event()
        """The reader has looked at it once more since, so that programs know of it."""
        self.read = asyncio.Event()
        """The reading is over; see `Contact.receive`."""
        self.gone = asyncio.Event()
        """It was pulled out, or pcscd is away."""

    @classmethod
    async def enter(
        cls,
        chip: Chip,
        *,
        port: int,
        leaves_after: int | None = None,
        silent_after: int | None = None,
        seconds_a_command: float = 0.0,
    ) -> Self:
        """Puts a chip into the slot, which thinks so long before each answer; see `Contact` for the rest.

        Raises:
            OSError: No reader listens on that port.
        """
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        connection = writer.get_extra_info("socket")
        if connection.getsockname() == connection.getpeername():
            # TCP may join a connection to itself where nobody listens, which would keep pcscd from its port
            writer.close()
            raise ConnectionRefusedError(f"no reader on port {port}")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        contact = Contact(chip, leaves_after=leaves_after, silent_after=silent_after)
        return cls(contact, reader, writer, seconds_a_command=seconds_a_command)

    async def leave(self, *, surely: bool = False) -> None:
        """Takes the chip out; returns when the reader has noticed, so that another chip may enter.

        With `surely` the slot stays empty for longer than pcscd looks away. It must where a program that was
        talking to the chip has died: pcscd then resets the chip, and the driver that finds it gone in that
        command, as in any other, tells pcscd only when it is next asked.
        """
        self._talking.cancel()
        with suppress(asyncio.CancelledError):
            await self._talking
        try:
            with suppress(OSError, TimeoutError):
                self._writer.write_eof()
                # The driver closes its end when it finds that nobody answers any more.
                await asyncio.wait_for(self._reader.read(-1), _DEPARTURE_SECONDS)
        finally:
            self._writer.close()
        if surely or self.contact.owes_an_answer:
            # The driver dropped this chip in mid-command. It only tells pcscd when it is next asked, and a
            # chip that entered before that would be taken for the same one.
            await asyncio.sleep(_ABSENCE_SECONDS)

    async def _talk(self) -> None:
        try:
            while not self.contact.was_pulled_out:
                # The kernel forgets it after a while; without it some commands wait 40 ms.
                self._writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                length = int.from_bytes(await self._reader.readexactly(_LENGTH_BYTES), "big")
                frame = await self._reader.readexactly(length)
                was_read, said = self.contact.was_read, self.contact.commands
                answer = self.contact.receive(frame)
                if self.noticed.is_set() and frame == ASK_ATR:
                    self.seen_again.set()
                self._tell(was_read=was_read)
                if self.contact.commands > said:
                    await asyncio.sleep(self._seconds_a_command)
                if answer is not None:
                    self._writer.write(len(answer).to_bytes(_LENGTH_BYTES, "big") + answer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self.gone.set()

    def _tell(self, *, was_read: bool) -> None:
        if self.contact.was_noticed and self.noticed_at is None:
            self.noticed_at = datetime.now(UTC)
            self.noticed.set()
        if self.contact.was_read and not was_read:
            self.read.set()
        elif was_read and not self.contact.was_read:
            self.read.clear()
