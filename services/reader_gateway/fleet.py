"""The readers of this gateway: which slots are whose, what they hold, and what is said of it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

import structlog

from chassis.broker import Broker
from chassis.causes import Unfit
from chassis.health import Pulse
from chassis.life import pause
from chassis.patience import persist
from ketuk_events.readers import ReaderState
from reader_gateway.board import Board, ReaderOnBoard
from reader_gateway.desk import ChipCheckAsked, Desk
from reader_gateway.messages import Speaker
from reader_gateway.pcsc.watch import Presence, Sighting
from reader_gateway.settings import ReaderSlots
from reader_gateway.spool import Spool

BEAT_SECONDS = 30.0
_STATES = {Presence.EMPTY: "ready", Presence.CARD: "card", Presence.MUTE: "card", Presence.GONE: "gone"}


@dataclass(slots=True)
class _Place:
    """One reader: its slots' patterns, its desk, and what it holds."""

    slots: ReaderSlots
    desk: Desk
    card: Sighting | None = None
    sam: bool = False

    @property
    def state(self) -> str:
        return "gone" if self.card is None else _STATES[self.card.presence]


class Fleet:
    """Deals what the watch sees out to the desks, and says which readers came and went."""

    def __init__(
        self,
        *,
        readers: Mapping[str, tuple[ReaderSlots, Desk]],
        spool: Spool,
        speaker: Speaker,
        board: Board,
        count: Callable[[], int],
    ) -> None:
        self._places = {name: _Place(slots, desk) for name, (slots, desk) in readers.items()}
        self._spool = spool
        self._speaker = speaker
        self._board = board
        self._count = count
        self._sightings: asyncio.Queue[Sighting] = asyncio.Queue()
        self._log = structlog.get_logger(part="fleet")
        self.pulse = Pulse()
        for name, place in self._places.items():
            self._show(name, place)

    def saw(self, sighting: Sighting) -> None:
        """Called by the watch, in the event loop."""
        self._sightings.put_nowait(sighting)

    def check_chip(self, reader: str) -> None:
        """The officer pressed the button of a reader. Raises KeyError for an unknown one."""
        self._places[reader].desk.happened(ChipCheckAsked())

    async def run(self) -> None:
        """Deal out until cancelled."""
        while True:
            sighting = await self._sightings.get()
            for name, place in self._places.items():
                if fnmatchcase(sighting.slot, place.slots.card):
                    await self._card_slot(name, place, sighting)
                elif place.slots.sam is not None and fnmatchcase(sighting.slot, place.slots.sam):
                    place.sam = sighting.presence is Presence.CARD
                    place.desk.sam_slot = None if sighting.presence is Presence.GONE else sighting.slot
                    self._show(name, place)

    async def _card_slot(self, name: str, place: _Place, sighting: Sighting) -> None:
        before, place.card = place.state, sighting
        place.desk.happened(sighting)
        if "gone" in {before, place.state} and before != place.state:
            came = before == "gone"
            self._log.info("reader came" if came else "reader went", reader=name)
            await self._spool.say(
                self._speaker.reader(self._state(name, place), sequence=self._count(), came=came)
            )
        self._show(name, place)

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
            reader=name, model=model, state=place.state, sam=place.sam, physical=not model.startswith("Ketuk")
        )

    def _show(self, name: str, place: _Place) -> None:
        self._board.reader_changed(ReaderOnBoard(name=name, state=place.state, sam=place.sam))
