"""The readers of this gateway: which slots are whose, what they hold, and what is said of it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

import structlog

from chassis.messaging.broker import Broker
from chassis.runtime.failure_reasons import Unfit
from chassis.runtime.health import Pulse
from chassis.runtime.process import pause
from chassis.runtime.retry import persist
from ketuk_events.readers import ReaderState
from reader_gateway.bus.message_factory import Speaker
from reader_gateway.bus.spool import Spool
from reader_gateway.desk.display_state import Board, ReaderOnBoard
from reader_gateway.desk.tap_session import ChipCheckAsked, Desk
from reader_gateway.pcsc.sam_pool import Sams
from reader_gateway.ports.card_reader import Presence, Sighting
from reader_gateway.settings import ReaderSlots

BEAT_SECONDS = 30.0
_STATES = {Presence.EMPTY: "ready", Presence.CARD: "card", Presence.MUTE: "card", Presence.GONE: "gone"}


@dataclass(slots=True)
class _Place:
    """One reader: its slots' patterns, its desk, and what it holds."""

    slots: ReaderSlots | None
    """None for a terminal, which tells itself what it holds."""
    desk: Desk
    card: Sighting | None = None

    @property
    def state(self) -> str:
        return "gone" if self.card is None else _STATES[self.card.presence]


class Fleet:
    """Deals what the watch sees out to the desks, and says which readers came and went."""

    def __init__(
        self,
        *,
        readers: Mapping[str, tuple[ReaderSlots | None, Desk]],
        sams: Sams,
        spool: Spool,
        speaker: Speaker,
        board: Board,
        count: Callable[[], int],
    ) -> None:
        self._places = {name: _Place(slots, desk) for name, (slots, desk) in readers.items()}
        self._sams = sams
        self._spool = spool
        self._speaker = speaker
        self._board = board
        self._count = count
        self._sightings: asyncio.Queue[tuple[str | None, Sighting | None]] = asyncio.Queue()
        self._log = structlog.get_logger(part="fleet")
        self.pulse = Pulse()
        for name, place in self._places.items():
            self._show(name, place)

    def saw(self, sighting: Sighting, *, reader: str | None = None) -> None:
        """Called in the event loop by the watch, or by a terminal that knows which reader it is."""
        self._sightings.put_nowait((reader, sighting))

    def looked(self, *, reader: str | None = None) -> None:
        """Called by the same, once: what was not seen by now is not there."""
        self._sightings.put_nowait((reader, None))

    def check_chip(self, reader: str) -> None:
        """The officer pressed the button of a reader. Raises KeyError for an unknown one."""
        self._places[reader].desk.happened(ChipCheckAsked())

    async def run(self) -> None:
        """Deal out until cancelled."""
        while True:
            reader, sighting = await self._sightings.get()
            if sighting is None:
                await self._miss(reader)
                continue
            if reader is not None:
                await self._card_slot(reader, self._places[reader], sighting)
                continue
            if any(_is_sam_slot(sighting.slot, place.slots) for place in self._places.values()):
                self._sam_slot(sighting)
            for name, place in self._places.items():
                if place.slots is not None and fnmatchcase(sighting.slot, place.slots.card):
                    await self._card_slot(name, place, sighting)

    def _sam_slot(self, sighting: Sighting) -> None:
        if sighting.presence in {Presence.CARD, Presence.MUTE}:
            silent = sighting.presence is Presence.MUTE
            self._sams.entered(sighting.slot, counter=sighting.counter, silent=silent)
        else:
            self._sams.left(sighting.slot)
        for name, place in self._places.items():
            if _is_sam_slot(sighting.slot, place.slots):
                self._show(name, place)

    async def _card_slot(self, name: str, place: _Place, sighting: Sighting) -> None:
        before, place.card = place.state, sighting
        place.desk.happened(sighting)
        if "gone" in {before, place.state} and before != place.state:
            came = before == "gone"
            self._log.info("reader came" if came else "reader went", reader=name)
            await self._say(name, place, came=came)
        self._show(name, place)

    async def _miss(self, reader: str | None) -> None:
        """An earlier start may have left a tap on a reader that is not there now, and called it connected."""
        for name, place in self._places.items():
            looked_for = place.slots is not None if reader is None else name == reader
            if place.card is None and looked_for:
                place.desk.happened(Sighting(name, Presence.GONE, 0))
                self._log.info("reader is not there", reader=name)
                await self._say(name, place, came=False)

    async def _say(self, name: str, place: _Place, *, came: bool) -> None:
        state = self._state(name, place)
        await self._spool.say(self._speaker.reader(state, sequence=self._count(), came=came))

    def states(self) -> tuple[ReaderState, ...]:
        """All readers as they are now."""
        return tuple(self._state(name, place) for name, place in self._places.items())

    async def beat(self, broker: Broker, stopping: asyncio.Event, *, named: Pulse) -> None:
        """Say every 30 seconds that the gateway lives; nothing is kept of a beat that cannot be sent.

        `named` is up while this process holds the gateway's name.
        """

        async def session() -> None:
            if not named.is_up:
                raise Unfit("waits until this process holds its name")
            async with broker.channel() as channel:
                publisher = await broker.publisher(channel)
                while not stopping.is_set():
                    backlog = (await self._spool.backlog()).waiting
                    beat = self._speaker.beat(self.states(), sequence=self._count(), backlog=backlog)
                    await publisher.publish_all([beat])
                    self.pulse.up()
                    await pause(BEAT_SECONDS, stopping=stopping)

        await persist(session, name="beat", stopping=stopping, pulse=self.pulse)

    def _state(self, name: str, place: _Place) -> ReaderState:
        model = place.card.slot if place.card is not None else ""
        return ReaderState(
            reader=name,
            model=model,
            state=place.state,
            sam=self._has_sam(place),
            physical=not model.startswith("Ketuk"),
        )

    def _has_sam(self, place: _Place) -> bool:
        if place.slots is None:
            # it authenticates inside, so it says by its nature that it has one
            return place.state != "gone"
        return place.slots.sam is not None and self._sams.stands_in(place.slots.sam)

    def _show(self, name: str, place: _Place) -> None:
        state = "absent" if place.card is None else place.state
        self._board.reader_changed(ReaderOnBoard(name=name, state=state, sam=self._has_sam(place)))


def _is_sam_slot(slot: str, slots: ReaderSlots | None) -> bool:
    if slots is None or slots.sam is None:
        return False
    return fnmatchcase(slot, slots.sam) and not fnmatchcase(slot, slots.card)
