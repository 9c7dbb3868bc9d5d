"""Watches all slots: one supervised thread that blocks in SCardGetStatusChange and outlives pcscd."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import structlog
from smartcard import scard

from reader_gateway.pcsc.contexts import Contexts
from reader_gateway.ports.card_reader import Presence, Sighting, SlotGone

_PLUG_AND_PLAY = "\\\\?PnP?\\Notification"
_MOST_SLOTS = 16
"""PCSCLITE_MAX_READERS_CONTEXTS: how many pcscd has, and may be asked for at once."""
_LOOK_MILLISECONDS = 1000
_AGAIN_SECONDS = 0.3


class Watch:
    """The thread. `seen` is called in the event loop, in the order of events, once for each change.

    `looked` is called once, when every slot that there was at the start has been told of. `contexts` are
    those of this process: it forgets them when the card daemon goes away.
    """

    def __init__(
        self,
        *,
        loop: asyncio.AbstractEventLoop,
        seen: Callable[[Sighting], None],
        looked: Callable[[], None],
        contexts: Contexts,
    ) -> None:
        self._loop = loop
        self._contexts = contexts
        self._seen = seen
        self._looked = looked
        self._has_looked = False
        self._stopped = threading.Event()
        self._known: dict[str, Sighting] = {}
        self._half_told: dict[str, Sighting] = {}
        self._log = structlog.get_logger(part="pcsc")
        self._thread = threading.Thread(target=self._run, name="pcsc-watch", daemon=True)
        self.is_connected = False

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    async def stop(self) -> None:
        """End the thread, within about a second."""
        self._stopped.set()
        await asyncio.to_thread(self._thread.join, 3)

    def _run(self) -> None:
        while not self._stopped.is_set():
            with suppress(SlotGone), self._contexts.one() as context:
                self._say_connected(yes=True)
                self._watch(context)
                self._contexts.forget()
            if not self._stopped.is_set():
                self._say_connected(yes=False)
                for slot in list(self._known):
                    self._tell(Sighting(slot, Presence.GONE, 0))
                self._say_looked()
                self._stopped.wait(_AGAIN_SECONDS)

    def _watch(self, context: int) -> None:
        states: dict[str, int] = {_PLUG_AND_PLAY: scard.SCARD_STATE_UNAWARE}
        while not self._stopped.is_set():
            if not self._follow_slots(context, states):
                return
            asked = list(states.items())
            if len(asked) > _MOST_SLOTS:
                # where pcscd is full no reader can come, and asking for one slot too many is refused
                asked.remove((_PLUG_AND_PLAY, states[_PLUG_AND_PLAY]))
            result, changes = scard.SCardGetStatusChange(context, _LOOK_MILLISECONDS, asked)
            at = time.monotonic()
            if result == scard.SCARD_E_TIMEOUT:
                for sighting in self._half_told.copy().values():
                    self._tell(sighting)
                self._say_looked()
                continue
            if result not in {scard.SCARD_S_SUCCESS, scard.SCARD_E_UNKNOWN_READER}:
                return
            for slot, state, _ in changes if result == scard.SCARD_S_SUCCESS else ():
                states[slot] = state & ~scard.SCARD_STATE_CHANGED
                if slot != _PLUG_AND_PLAY:
                    self._see(Sighting(slot, _presence(state), state >> 16, at))
            self._say_looked()

    def _follow_slots(self, context: int, states: dict[str, int]) -> bool:
        result, slots = scard.SCardListReaders(context, [])
        if result == scard.SCARD_E_NO_READERS_AVAILABLE:
            slots = []
        elif result != scard.SCARD_S_SUCCESS:
            return False
        for slot in slots:
            states.setdefault(slot, scard.SCARD_STATE_UNAWARE)
        for slot in set(states) - set(slots) - {_PLUG_AND_PLAY}:
            del states[slot]
            self._tell(Sighting(slot, Presence.GONE, 0))
        return True

    def _see(self, sighting: Sighting) -> None:
        """Take what is seen: pcscd first says what a slot holds, then counts, and one card looks like two."""
        if _is_half_told(sighting, known=self._known.get(sighting.slot)):
            self._half_told[sighting.slot] = sighting
        else:
            self._tell(sighting)

    def _tell(self, sighting: Sighting) -> None:
        self._half_told.pop(sighting.slot, None)
        if self._known.get(sighting.slot) == sighting:
            return
        if sighting.presence is Presence.GONE:
            self._known.pop(sighting.slot, None)
        else:
            self._known[sighting.slot] = sighting
        self._loop.call_soon_threadsafe(self._seen, sighting)

    def _say_looked(self) -> None:
        if not self._has_looked:
            self._has_looked = True
            self._loop.call_soon_threadsafe(self._looked)

    def _say_connected(self, *, yes: bool) -> None:
        if yes != self.is_connected:
            self.is_connected = yes
            self._log.info("pcscd is back" if yes else "pcscd is away")


def _is_half_told(sighting: Sighting, *, known: Sighting | None) -> bool:
    """Whether a card came or went that was not counted yet."""
    return (
        known is not None
        and sighting.presence is not Presence.GONE
        and sighting.counter == known.counter
        and (sighting.presence is Presence.EMPTY) != (known.presence is Presence.EMPTY)
    )


def _presence(state: int) -> Presence:
    if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
        return Presence.GONE
    if state & scard.SCARD_STATE_MUTE:
        return Presence.MUTE
    return Presence.CARD if state & scard.SCARD_STATE_PRESENT else Presence.EMPTY
