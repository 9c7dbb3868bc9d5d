"""A virtual reader with a SAM in one slot, and cards that come and go in the other."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Literal

from simulator.chip import Chip
from simulator.foreign_chips import MuteChip
from simulator.kinds import Kind, SimulatedCard
from simulator.record import Departure, Tapped
from simulator.sam import Sam
from simulator.vpcd import Inserted

STAYS_AFTER_READING = 0.15
"""Seconds until the hand that holds the card has gone."""
NOTICED_WITHIN = 30.0
"""Seconds: a card that stands behind another one enters when that one has left."""


class VirtualReader:
    """One reader of the private pcscd.

    Args:
        number: Counted from 0.
        port: Of the card slot; the SAM slot is the next one.
        sam: Sits in the SAM slot, except for taps of the kinds that find another one there, or none; None
            leaves that slot alone.
        patience: Seconds of silence after which a card leaves that nobody reads.
        mute_stays: Seconds that a mute card stays.
    """

    def __init__(
        self, *, number: int, port: int, sam: Sam | None, patience: float = 12.0, mute_stays: float = 4.0
    ) -> None:
        self._number = number
        self._port = port
        self._sam = sam
        self._patience = patience
        self._mute_stays = mute_stays
        self._inserted_sam: Inserted | None = None
        self._sam_inside: Chip | None = None
        self._released = asyncio.Event()
        self._released.set()
        self._disturbed = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator["VirtualReader"]:
        """With its SAM inserted.

        Raises:
            OSError: There is no such reader.
            TimeoutError: The reader does not notice the SAM, for instance because another one is in the slot.
        """
        try:
            await self._have_sam(self._sam)
            yield self
        finally:
            await self._take_sam()

    def hold(self) -> None:
        """Keeps cards on the reader, because the program that reads them is about to be killed."""
        self._released.clear()
        self._disturbed = True

    def release(self) -> None:
        """Lets cards go again: one that was kept leaves when it has been read once more, or nobody does."""
        self._released.set()

    async def tap(self, card: SimulatedCard) -> Tapped:
        """Puts a card on the reader, waits until it was read or patience ends, takes it away.

        Raises:
            OSError: There is no such reader.
            TimeoutError: The reader does not notice the card.
        """
        if await self._have_sam(_sam_for(card.kind, self._sam)) and self._inserted_sam is not None:
            # a busy reader tells its programs later of a SAM than of the card that comes right after it
            await asyncio.wait_for(self._inserted_sam.seen_again.wait(), NOTICED_WITHIN)
        inserted = await Inserted.enter(
            card.chip,
            port=self._port,
            leaves_after=card.leaves_after,
            seconds_a_command=card.seconds_a_command,
        )
        entered = datetime.now(UTC)
        try:
            # A connection that is dropped before it was noticed would delay the next one by seconds.
            await asyncio.wait_for(inserted.noticed.wait(), NOTICED_WITHIN)
            departure = await self._stay(card, inserted)
        finally:
            await inserted.leave(surely=self._disturbed)
            self._disturbed = not self._released.is_set()
        return Tapped(
            reader=self._number,
            kind=card.kind,
            entered=entered,
            powered=inserted.noticed_at or entered,
            left=datetime.now(UTC),
            commands=inserted.contact.commands,
            departure=departure,
        )

    async def _stay(self, card: SimulatedCard, inserted: Inserted) -> Departure:
        mute = isinstance(card.chip, MuteChip)
        until_done = self._until_looked_at if mute else self._until_read_or_silent
        await until_done(inserted)
        while not self._released.is_set() and not inserted.gone.is_set():
            await _first_of(self._released.wait(), inserted.gone.wait())
            inserted.read.clear()
            await until_done(inserted)
        if inserted.contact.was_pulled_out:
            return Departure.PULLED_OUT
        if not inserted.contact.was_read:
            return Departure.UNREAD
        await asyncio.sleep(STAYS_AFTER_READING)
        return Departure.READ

    async def _until_looked_at(self, inserted: Inserted) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(inserted.gone.wait(), self._mute_stays)

    async def _until_read_or_silent(self, inserted: Inserted) -> None:
        said = -1
        while said != inserted.contact.commands and not (inserted.read.is_set() or inserted.gone.is_set()):
            said = inserted.contact.commands
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience):
                    await _first_of(inserted.read.wait(), inserted.gone.wait())

    async def _have_sam(self, sam: Chip | None) -> bool:
        """Have that SAM in the slot, or none; returns whether it was changed."""
        there = self._inserted_sam is not None and not self._inserted_sam.gone.is_set()
        if there and sam is self._sam_inside:
            return False
        await self._take_sam()
        if sam is None:
            return True
        self._sam_inside = sam
        self._inserted_sam = await Inserted.enter(sam, port=self._port + 1)
        await asyncio.wait_for(self._inserted_sam.noticed.wait(), NOTICED_WITHIN)
        return True

    async def _take_sam(self) -> None:
        if self._inserted_sam is not None:
            await self._inserted_sam.leave()
            self._inserted_sam = None


def _sam_for(kind: Kind, sam: Sam | None) -> Chip | None:
    """What is in the SAM slot when a card of that kind is tapped, where `sam` is the reader's own."""
    if sam is None or kind is Kind.NO_SAM:
        return None
    if kind is Kind.SAM_SILENT:
        return MuteChip()
    if kind is Kind.SAM_REFUSED:
        return sam.of_another_institution()
    return sam.locked() if kind is Kind.SAM_LOCKED else sam


async def _first_of(*waits: Coroutine[None, None, Literal[True]]) -> None:
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
