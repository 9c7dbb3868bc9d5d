"""The counter of a gateway whose cards were read before: who lays them on the reader, and what is read."""

import asyncio
from collections import deque
from collections.abc import Callable

import msgspec

from chassis.runtime.checkpoints import Step
from dev.chaos.journal import Acknowledged, Attempted, Dealt, Found, Journal, Reading, entries
from dev.chaos.told import Told
from reader_gateway.bus.spool import Spool
from reader_gateway.desk.tap_session import Desk
from reader_gateway.ktp import reading
from reader_gateway.ktp.purpose_files import Needs
from reader_gateway.ports.card_reader import Presence, Sighting
from reader_gateway.tap.tap import Stage

LOOK_SECONDS = 0.02


class Counter:
    """Lays the cards that are dealt, one after the other; is the `CardReader` on which they lie as well.

    A card that lies there when the gateway is killed lies there still when it comes back. The reader's count,
    which is kept with the tap, is the number of the card in the gateway's hand.
    """

    def __init__(self, *, told: Told, reader: str, spool: Spool, at_step: Callable[[Step], None]) -> None:
        self._told = told
        self._reader = reader
        self._spool = spool
        self._at_step = at_step
        self._readings = msgspec.msgpack.decode(told.readings.read_bytes(), type=list[reading.Reading])
        self._lies = 0
        self._hand = Reading(told.hand)
        self._dealt: deque[Dealt] = deque()
        self.done = asyncio.Event()
        """Set it when the tap of the card that lies here is in the spool."""

    async def read(self, _: Sighting, *, needs: Needs) -> reading.Reading:  # noqa: ARG002  all was read before
        """See `reader_gateway.ports.card_reader.CardReader`."""
        self._at_step(Step.READ)
        return self._readings[self._lies]

    async def play(self, desk: Desk, journal: Journal) -> None:
        """Lay cards until cancelled."""
        last = await self._take_up(desk, journal)
        while True:
            card = await self._next()
            if card.number > last:
                journal.write(Attempted(number=card.number, card=card.card))
                await self._lay(desk, number=card.number, card=card.card)

    async def _take_up(self, desk: Desk, journal: Journal) -> int:
        """What an earlier start was at; returns the number of the last card that it had."""
        attempted = entries(self._told.journal, Attempted)
        if not attempted:
            return 0
        last = attempted[-1]
        settled: list[Acknowledged | Found] = [
            *entries(self._told.journal, Acknowledged),
            *entries(self._told.journal, Found),
        ]
        if last.number in {entry.number for entry in settled}:
            return last.number
        left = await self._spool.unended(self._reader)
        if left is not None and left.counter == last.number and left.stage is Stage.READ:
            journal.write(Found(number=last.number, tap=str(left.id), began=left.began.isoformat()))
            desk.happened(self._sighting(Presence.EMPTY, last.number))
        else:
            await self._lay(desk, number=last.number, card=last.card)
        return last.number

    async def _lay(self, desk: Desk, *, number: int, card: int) -> None:
        self._lies = card
        self.done.clear()
        desk.happened(self._sighting(Presence.CARD, number))
        await self.done.wait()
        desk.happened(self._sighting(Presence.EMPTY, number))

    async def _next(self) -> Dealt:
        while not self._dealt:
            self._dealt.extend(entry for entry in self._hand.further() if isinstance(entry, Dealt))
            if not self._dealt:
                await asyncio.sleep(LOOK_SECONDS)
        return self._dealt.popleft()

    def _sighting(self, presence: Presence, number: int) -> Sighting:
        return Sighting(slot=self._reader, presence=presence, counter=number)
