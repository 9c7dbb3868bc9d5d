"""One reader and its taps: from what is seen in the field to what is in the spool.

Everything that happens on a reader is taken one after the other. Nothing is said on the bus before it is in
the spool, and what was begun before a crash is taken up again under the same tap.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from msgspec import structs

from ketuk_events.asked import Asked
from ketuk_events.catalogue import CHIP_CHECK
from ketuk_events.evidence import FileReading
from reader_gateway.bus.message_factory import Speaker
from reader_gateway.bus.spool import Spool
from reader_gateway.desk.display_state import Board, TapOnBoard
from reader_gateway.desk.finger_prompt import FingerAsking
from reader_gateway.ktp.reading import IN_USE, LEFT, NO_ANSWER, READER_GONE, Reading
from reader_gateway.ports.card_reader import CardReader, Presence, Sighting, SlotGone, SlotSilent, SlotTaken
from reader_gateway.ports.fingerprint_match import Matcher
from reader_gateway.tap.chip_notes import ChipNotes
from reader_gateway.tap.tap import Stage, Tap, new_tap_id

PROOF_HOLDS = timedelta(minutes=10)
_AGAIN_SECONDS = 0.2
_CUT_SHORT = replace(LEFT, answer="ktp-el", files=(FileReading(file="6FF2", state="removed"),))
"""What is known of a card that was gone when the gateway came back."""


@dataclass(frozen=True, slots=True)
class ChipCheckAsked:
    """The officer pressed *Periksa chip*."""


class Desk:
    """The flow of one reader.

    Args:
        asked: who asks at this reader, and the purpose now.
        spool: where taps and messages are kept.
        speaker: words the messages.
        board: what the officer sees.
        reader: reads the cards.
        matcher: compares fingers with the holder's, where there is a device for it.
        chip_notes: what the officer notes beside a chip check.
        answer_seconds: how long a chip may take to answer.
        tapped: is told of each tap whose evidence is in the spool, and what answered.
        pcscd_since: when the card daemon was started, where that can be told.
    """

    def __init__(
        self,
        *,
        asked: Callable[[], Asked],
        spool: Spool,
        speaker: Speaker,
        board: Board,
        reader: CardReader,
        matcher: Matcher | None,
        chip_notes: ChipNotes,
        answer_seconds: float,
        tapped: Callable[[Tap, str], None],
        pcscd_since: Callable[[], datetime | None],
    ) -> None:
        self._asked = asked
        self._spool = spool
        self._speaker = speaker
        self._board = board
        self._reader = reader
        self._fingers = FingerAsking(matcher=matcher)
        self._chip_notes = chip_notes
        self._answer_seconds = answer_seconds
        self._tapped = tapped
        self._pcscd_since = pcscd_since
        self._events: asyncio.Queue[Sighting | ChipCheckAsked] = asyncio.Queue()
        self._moves = 0
        """Sightings that were not taken yet: the card is not as it was."""
        self._tap: Tap | None = None
        self._is_here = False
        """Whether the reader is, as far as was seen."""
        self._wants_test_card = False
        """A chip did not answer, and the reader has yet to show that it is not its own fault."""
        self._left_over = False
        """Whether that tap is of an earlier start, so that much may have happened since."""
        self._has_waited = False
        """Whether the spool took something late, and what was seen meanwhile is not all taken yet."""
        self._log = structlog.get_logger(part="desk", reader=asked().reader)

    def happened(self, event: Sighting | ChipCheckAsked) -> None:
        """Something was seen or asked; it is taken in its turn."""
        self._events.put_nowait(event)
        if isinstance(event, Sighting):
            self._moves += 1
            self._fingers.card_moved()

    async def _next(self) -> Sighting | ChipCheckAsked:
        while True:
            event = await self._events.get()
            if not isinstance(event, Sighting):
                return event
            self._moves -= 1
            if not self._moves:
                self._has_waited = False
            # of the cards that came while the spool took nothing only the one that lies there now can be read
            if not self._has_waited:
                return event

    async def _keep(self, kept: Awaitable[bool]) -> None:
        if not await kept:
            self._has_waited = True

    async def run(self) -> None:
        """Work until cancelled."""
        self._tap = await self._spool.unended(self._asked().reader)
        self._left_over = self._tap is not None
        if (began := await self._spool.newest(self._asked().reader)) is not None:
            self._board.began_earlier(self._asked().reader, began)
        if self._tap is not None:
            # its card may lie there still
            self._show(self._tap, "reading" if self._tap.stage is Stage.OPEN else "sent")
        while True:
            match await self._next():
                case Sighting() as sighting:
                    await self._see(sighting)
                case ChipCheckAsked():
                    await self._check_chip()

    async def _see(self, sighting: Sighting) -> None:
        self._is_here = sighting.presence is not Presence.GONE
        if sighting.presence in {Presence.EMPTY, Presence.GONE}:
            await self._leave()
            return
        if self._tap is not None and await self._is_still_there(self._tap, sighting):
            # the same card as before: after a restart, or a second word on it
            if self._tap.stage is Stage.OPEN:
                await self._read(self._tap, sighting)
            return
        await self._leave()
        tap = await self._begin(self._asked(), counter=sighting.counter, presented=True)
        self._log.info("card presented", tap=str(tap.id), after_ms=_milliseconds_since(sighting.at))
        await self._read(tap, sighting)

    async def _is_still_there(self, tap: Tap, sighting: Sighting) -> bool:
        since = await asyncio.to_thread(self._pcscd_since) if self._left_over else None
        self._left_over = False
        # another pcscd may have come to the same count with another card
        return tap.counter == sighting.counter and (since is None or since < tap.began)

    async def _check_chip(self) -> None:
        """A tap without a card in the field, unless one appears in time."""
        if self._tap is not None:
            return
        asked = structs.replace(self._asked(), purpose=CHIP_CHECK)
        tap = await self._begin(asked, counter=-1, presented=False)
        seen = await self._card_appears()
        if seen is None:
            await self._conclude(tap, NO_ANSWER if self._is_here else READER_GONE)
            await self._leave()
            return
        tap = replace(tap, counter=seen.counter, presented=True)
        await self._keep(self._spool.advance(tap, self._speaker.presented(tap)))
        self._tap = tap
        await self._read(tap, seen)

    async def _card_appears(self) -> Sighting | None:
        """The card that appears while a chip may take its time to answer, and the reader is here."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._answer_seconds):
                while self._is_here:
                    seen = await self._next()
                    if isinstance(seen, Sighting):
                        self._is_here = seen.presence is not Presence.GONE
                        if seen.presence in {Presence.CARD, Presence.MUTE}:
                            return seen
        return None

    async def _begin(self, asked: Asked, *, counter: int, presented: bool) -> Tap:
        now = datetime.now(UTC)
        name = new_tap_id(now)
        # the test card that proves the reader is not the card of which something was noted
        noted = asked.purpose == CHIP_CHECK and not (presented and self._wants_test_card)
        chip = self._chip_notes.take() if noted else None
        tap = Tap(id=name, asked=asked, began=now, counter=counter, presented=presented, chip=chip)
        await self._keep(self._spool.begin(tap, *((self._speaker.presented(tap),) if presented else ())))
        self._tap = tap
        self._show(tap, "reading")
        self._log.info("tap begins", tap=str(tap.id), card=presented)
        return tap

    async def _read(self, tap: Tap, sighting: Sighting) -> None:
        self._show(tap, "reading")
        reading = await self._answer(tap, sighting)
        reading = await self._fingers.matched(
            reading, purpose=tap.asked.purpose, show=partial(self._show, tap)
        )
        await self._conclude(tap, reading)

    async def _answer(self, tap: Tap, sighting: Sighting) -> Reading:
        """Read the card; one that is silent, or that another programme has, is asked again in its time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._answer_seconds
        # it left before it said anything; a mute card that leaves has not answered either
        left = NO_ANSWER if sighting.presence is Presence.MUTE else LEFT
        if self._has_waited and self._moves:
            return left
        while True:
            try:
                return await self._reader.read(sighting, needs=self._fingers.needs(tap.asked.purpose))
            except SlotGone:
                return READER_GONE
            except SlotSilent:
                nothing = NO_ANSWER
            except SlotTaken:
                nothing = IN_USE
            if self._moves:
                return left
            if loop.time() > deadline:
                return nothing
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _conclude(self, tap: Tap, reading: Reading) -> None:
        """The evidence goes into the spool, and the tap's stage with it."""
        now = datetime.now(UTC)
        proof = await self._spool.proven_since(tap.asked.reader)
        proven = reading.proves_the_reader or (proof is not None and still_holds(proof, now=now))
        tap = replace(tap, stage=Stage.READ, photo=reading.photo)
        wire = self._speaker.read(tap, reading, proven=proven, now=now)
        await self._keep(self._spool.advance(tap, wire, proof=now if reading.proves_the_reader else None))
        self._tap = tap
        silent = reading.answer == NO_ANSWER.answer
        self._wants_test_card = not proven and (silent or self._wants_test_card)
        if tap.chip is not None:
            if reading.was_cut_short or (silent and not proven):
                self._chip_notes.give_back(tap.chip)
            else:
                self._chip_notes.checked(str(tap.id))
        self._show(tap, "sent")
        self._tapped(tap, reading.answer)
        self._log.info(
            "tap read",
            tap=str(tap.id),
            answer=reading.answer,
            unread=[f"{each.file} {each.state}" for each in reading.files if each.state != "read"],
            sam=reading.authentication.code,
            signature=reading.signature.code,
            holder=reading.holder.code,
            seconds=_seconds(tap, now),
        )

    async def _leave(self) -> None:
        """The field is empty: the tap ends, and one that was never read says that its card left."""
        tap = self._tap
        if tap is None:
            return
        if tap.stage is Stage.OPEN:
            await self._conclude(tap, _CUT_SHORT if tap.presented else LEFT)
            tap = replace(tap, stage=Stage.READ)
        tap = replace(tap, stage=Stage.ENDED)
        said = (self._speaker.removed(tap, now=datetime.now(UTC)),) if tap.presented else ()
        await self._keep(self._spool.advance(tap, *said))
        self._tap = None
        self._log.info("tap ends", tap=str(tap.id))

    def _show(self, tap: Tap, stage: str) -> None:
        self._board.tap_changed(
            TapOnBoard(
                tap=str(tap.id),
                reader=tap.asked.reader,
                purpose=tap.asked.purpose,
                began=tap.began,
                stage=stage,
                photo=tap.photo,
            )
        )


def still_holds(proof: datetime, *, now: datetime) -> bool:
    """Tell whether a reader that proved itself at `proof` counts as proven now."""
    # a proof in the future says only that the clock was set back
    return timedelta(0) <= now - proof <= PROOF_HOLDS


def _milliseconds_since(moment: float) -> float:
    return round((time.monotonic() - moment) * 1000, 1)


def _seconds(tap: Tap, now: datetime) -> float:
    return round((now - tap.began).total_seconds(), 3)
