"""One reader and its taps: from what is seen in the field to what is in the spool.

Everything that happens on a reader is taken one after the other. Nothing is said on the bus before it is in
the spool, and what was begun before a crash is taken up again under the same tap.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from msgspec import structs

from ketuk_events.asked import Asked
from ketuk_events.evidence import FileReading
from reader_gateway.board import Board, TapOnBoard
from reader_gateway.ktp.mutual_authentication import SamSecrets
from reader_gateway.ktp.reading import LEFT, NO_ANSWER, WITHOUT_SAM, Reading, read_card
from reader_gateway.messages import Speaker
from reader_gateway.pcsc.slots import SlotSilent, carry_out
from reader_gateway.pcsc.watch import Presence, Sighting
from reader_gateway.spool import Spool
from reader_gateway.tap import Stage, Tap, new_tap_id

PROOF_HOLDS = timedelta(minutes=10)
CHIP_CHECK = "chip-check"
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
        sam: secrets of the SAM, where the gateway has them.
        answer_seconds: how long a chip may take to answer.
        tapped: is told of each tap whose evidence is in the spool, and what answered.
    """

    def __init__(
        self,
        *,
        asked: Callable[[], Asked],
        spool: Spool,
        speaker: Speaker,
        board: Board,
        sam: SamSecrets | None,
        answer_seconds: float,
        tapped: Callable[[Tap, str], None],
    ) -> None:
        self._asked = asked
        self._spool = spool
        self._speaker = speaker
        self._board = board
        self._sam = sam
        self._answer_seconds = answer_seconds
        self._tapped = tapped
        self._events: asyncio.Queue[Sighting | ChipCheckAsked] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader")
        self._tap: Tap | None = None
        self._log = structlog.get_logger(part="desk", reader=asked().reader)
        self.sam_slot: str | None = None

    def happened(self, event: Sighting | ChipCheckAsked) -> None:
        """Something was seen or asked; it is taken in its turn."""
        self._events.put_nowait(event)

    async def run(self) -> None:
        """Work until cancelled."""
        self._tap = await self._spool.unended(self._asked().reader)
        try:
            while True:
                match await self._events.get():
                    case Sighting() as sighting:
                        await self._see(sighting)
                    case ChipCheckAsked():
                        await self._check_chip()
        finally:
            self._thread.shutdown(wait=False)

    async def _see(self, sighting: Sighting) -> None:
        if sighting.presence in {Presence.EMPTY, Presence.GONE}:
            await self._leave()
            return
        if self._tap is not None and self._tap.counter == sighting.counter:
            # the same card as before: after a restart, or a second word on it
            if self._tap.stage is Stage.OPEN:
                await self._read(self._tap, sighting)
            return
        await self._leave()
        tap = await self._begin(self._asked(), counter=sighting.counter, presented=True)
        await self._read(tap, sighting)

    async def _check_chip(self) -> None:
        """A tap without a card in the field, unless one appears in time."""
        if self._tap is not None:
            return
        tap = await self._begin(
            structs.replace(self._asked(), purpose=CHIP_CHECK), counter=-1, presented=False
        )
        try:
            async with asyncio.timeout(self._answer_seconds):
                while True:
                    seen = await self._events.get()
                    if isinstance(seen, Sighting) and seen.presence in {Presence.CARD, Presence.MUTE}:
                        break
        except TimeoutError:
            await self._conclude(tap, NO_ANSWER)
            await self._leave()
            return
        tap = replace(tap, counter=seen.counter, presented=True)
        await self._spool.advance(tap, self._speaker.presented(tap))
        self._tap = tap
        await self._read(tap, seen)

    async def _begin(self, asked: Asked, *, counter: int, presented: bool) -> Tap:
        now = datetime.now(UTC)
        tap = Tap(id=new_tap_id(now), asked=asked, began=now, counter=counter, presented=presented)
        await self._spool.begin(tap, *((self._speaker.presented(tap),) if presented else ()))
        self._tap = tap
        self._show(tap, "reading")
        self._log.info("tap begins", tap=str(tap.id), card=presented)
        return tap

    async def _read(self, tap: Tap, sighting: Sighting) -> None:
        self._show(tap, "reading")
        reading = await self._answer(tap, sighting)
        if tap.asked.purpose not in WITHOUT_SAM and self._sam is None:
            self._log.warning("no secrets for a SAM", tap=str(tap.id))
        await self._conclude(tap, reading)

    async def _answer(self, tap: Tap, sighting: Sighting) -> Reading:
        """Read the card; one that is silent is asked again until it has had its time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._answer_seconds
        while True:
            dialogue = read_card(purpose=tap.asked.purpose, sam=self._sam)
            try:
                read = partial(carry_out, dialogue, card=sighting.slot, sam=self.sam_slot)
                return await loop.run_in_executor(self._thread, read)
            except SlotSilent:
                dialogue.close()
            if not self._events.empty():
                # it left before it said anything; a mute card that leaves has not answered either
                return NO_ANSWER if sighting.presence is Presence.MUTE else LEFT
            if loop.time() > deadline:
                return NO_ANSWER
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _conclude(self, tap: Tap, reading: Reading) -> None:
        """The evidence goes into the spool, and the tap's stage with it."""
        now = datetime.now(UTC)
        proof = await self._spool.proven_since(tap.asked.reader)
        proven = reading.proves_the_reader or (proof is not None and now - proof <= PROOF_HOLDS)
        tap = replace(tap, stage=Stage.READ, photo=reading.photo)
        wire = self._speaker.read(tap, reading, proven=proven, now=now)
        await self._spool.advance(tap, wire, proof=now if reading.proves_the_reader else None)
        self._tap = tap
        self._show(tap, "sent")
        self._tapped(tap, reading.answer)
        self._log.info("tap read", tap=str(tap.id), answer=reading.answer, seconds=_seconds(tap, now))

    async def _leave(self) -> None:
        """The field is empty: the tap ends, and one that was never read says that its card left."""
        tap = self._tap
        if tap is None:
            return
        if tap.stage is Stage.OPEN:
            await self._conclude(tap, _CUT_SHORT)
            tap = replace(tap, stage=Stage.READ)
        tap = replace(tap, stage=Stage.ENDED)
        said = (self._speaker.removed(tap, now=datetime.now(UTC)),) if tap.presented else ()
        await self._spool.advance(tap, *said)
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


def _seconds(tap: Tap, now: datetime) -> float:
    return round((now - tap.began).total_seconds(), 3)
