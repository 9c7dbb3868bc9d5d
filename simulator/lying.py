"""A chip that lies in a slot: nobody has to move it for it to be there again when pcscd is back."""

import asyncio
from contextlib import suppress
from typing import Self

from simulator.chip import Chip
from simulator.vpcd import Inserted

_LOOKS_SECONDS = 0.05


class Lying:
    """A chip in a slot from `async with` until its end, however often the reader goes and comes.

    Each return is a new contact, as when a reader gets power again under a card that lies on it. A chip that
    is pulled out (`leaves_after`) stays away.
    """

    def __init__(
        self,
        chip: Chip,
        *,
        port: int,
        leaves_after: int | None = None,
        silent_after: int | None = None,
        seconds_a_command: float = 0.0,
    ) -> None:
        """See `Inserted.enter`."""
        self._chip = chip
        self._port = port
        self._leaves_after = leaves_after
        self._silent_after = silent_after
        self._seconds_a_command = seconds_a_command
        self._inserted: Inserted | None = None
        self._noticed = asyncio.Event()
        self._lying: asyncio.Task[None] | None = None
        self.gone = asyncio.Event()
        """It was pulled out, and the reader has noticed."""

    @property
    def commands(self) -> int:
        """How many it has answered in this contact; 0 while there is no reader."""
        return 0 if self._inserted is None else self._inserted.contact.commands

    def speaks(self) -> None:
        """From the next contact on it answers for good."""
        self._silent_after = None

    @property
    def is_noticed(self) -> bool:
        """Whether the reader has given it power in this contact."""
        return self._inserted is not None and self._inserted.noticed.is_set()

    async def __aenter__(self) -> Self:
        self.put()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.take()

    def put(self) -> None:
        """It lies there from now on, whether there is a reader or not; `take` has to follow."""
        self._lying = asyncio.create_task(self._lie())

    async def noticed(self) -> None:
        """Returns when the reader has given it power, now or earlier."""
        await self._noticed.wait()

    async def read(self) -> None:
        """Returns when its reading is over; it must have been noticed, and the reader must stay."""
        if self._inserted is not None:
            await self._inserted.read.wait()

    async def take(self, *, surely: bool = False) -> None:
        """Takes it away; see `Inserted.leave`."""
        if self._lying is None:
            return
        self._lying.cancel()
        with suppress(asyncio.CancelledError):
            await self._lying
        self._lying = None
        if self._inserted is not None:
            await self._inserted.leave(surely=surely)
            self._inserted = None

    async def _lie(self) -> None:
        while not self.gone.is_set():
            with suppress(OSError):
                await self._stay()
            await asyncio.sleep(_LOOKS_SECONDS)

    async def _stay(self) -> None:
        self._inserted = await Inserted.enter(
            self._chip,
            port=self._port,
            leaves_after=self._leaves_after,
            silent_after=self._silent_after,
            seconds_a_command=self._seconds_a_command,
        )
        await self._inserted.noticed.wait()
        self._noticed.set()
        await self._inserted.gone.wait()
        left, self._inserted = self._inserted, None
        await left.leave()
        if left.contact.was_pulled_out:
            self.gone.set()
