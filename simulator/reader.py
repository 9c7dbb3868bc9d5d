"""A virtual reader with a SAM in one slot, and cards that come and go in the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from simulator.chip import MuteChip
from simulator.kinds import Kind, SimulatedCard
from simulator.record import Tapped
from simulator.sam import Sam
from simulator.vpcd import Inserted

STAYS_AFTER_READING = 0.15
"""Seconds until the hand that holds the card has gone."""


class VirtualReader:
    """One reader of the private pcscd.

    Args:
        number: counted from 0.
        port: of the card slot; the SAM slot is the next one.
        sam: sits in the SAM slot, but for taps of the kind that finds none.
        patience: seconds after which a card leaves that nobody reads.
        mute_stays: seconds that a mute card stays.
    """

    def __init__(
        self, *, number: int, port: int, sam: Sam, patience: float = 12.0, mute_stays: float = 2.5
    ) -> None:
        self._number = number
        self._port = port
        self._sam = sam
        self._patience = patience
        self._mute_stays = mute_stays
        self._sam_task: asyncio.Task[None] | None = None
        self.held = asyncio.Event()
        """While it is not set the card is kept on the reader, even when it was read."""
        self.held.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["VirtualReader"]:
        """With its SAM inserted."""
        await self._insert_sam()
        try:
            yield self
        finally:
            await self._take_sam()

    async def tap(self, card: SimulatedCard) -> Tapped:
        """Put a card on the reader, wait until it was read or patience ends, take it away.

        Raises TimeoutError where the reader never notices the card, OSError where there is no reader.
        """
        if card.kind is Kind.NO_SAM:
            await self._take_sam()
        elif self._sam_task is None or self._sam_task.done():
            await self._insert_sam()
        inserted = Inserted(card.chip, leaves_after=card.leaves_after)
        entered = datetime.now(UTC)
        staying = asyncio.create_task(inserted.stay(self._port))
        # a connection that is dropped before it was noticed delays the next one by seconds
        await asyncio.wait_for(inserted.powered.wait(), 30)
        await self._until_read(card, inserted, staying)
        await _leave(staying)
        return Tapped(
            reader=self._number,
            kind=card.kind,
            entered=entered,
            powered=inserted.powered_at or entered,
            left=datetime.now(UTC),
            commands=inserted.commands,
        )

    async def _until_read(self, card: SimulatedCard, inserted: Inserted, staying: asyncio.Task[None]) -> None:
        if isinstance(card.chip, MuteChip):
            await asyncio.sleep(self._mute_stays)
            await self.held.wait()
            return
        read = asyncio.create_task(inserted.read.wait())
        await asyncio.wait({read, staying}, timeout=self._patience, return_when=asyncio.FIRST_COMPLETED)
        if not self.held.is_set():
            # whoever read it was killed: it stays until it has been read again, or nobody wants it
            await self.held.wait()
            inserted.read.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(inserted.read.wait(), self._patience / 2)
        read.cancel()
        if not staying.done():
            await asyncio.sleep(STAYS_AFTER_READING)

    async def _insert_sam(self) -> None:
        inserted = Inserted(self._sam)
        self._sam_task = asyncio.create_task(inserted.stay(self._port + 1))
        await asyncio.wait_for(inserted.powered.wait(), 30)

    async def _take_sam(self) -> None:
        if self._sam_task is not None:
            await _leave(self._sam_task)
            self._sam_task = None


async def _leave(staying: asyncio.Task[None]) -> None:
    staying.cancel()
    with suppress(asyncio.CancelledError):
        await staying
