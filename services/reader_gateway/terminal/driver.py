"""A terminal as a reader: a supervised thread that finds its port, speaks with it, and outlives its loss."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import structlog

from reader_gateway.ktp.purpose_files import Needs
from reader_gateway.ktp.reading import LEFT, Reading
from reader_gateway.ports.card_reader import Presence, Sighting, SlotGone
from reader_gateway.ports.fingerprint_match import MatcherAway, Touch
from reader_gateway.terminal.codes import Code, Failed
from reader_gateway.terminal.dialogue import Conversation, Said, greet
from reader_gateway.terminal.protocol import Request, Verb
from reader_gateway.terminal.reading import EMPTY, Operator, Seen, look, read_card, touch
from reader_gateway.terminal.serial_port import Line, ports_like

_AGAIN_SECONDS = 0.5
"""Between two scans for the port; doubled each time that a terminal fails although it is plugged in."""
_AT_LAST_SECONDS = 10.0
"""How long that becomes: each coming and going is a message, and a broken terminal must not send many."""
_SERVED_WELL_SECONDS = 30.0
"""After which a loss is not counted with those before it."""
_UNPLUGGED = frozenset({Code.NO_DEVICE, Code.SEND_FAILED})
_POLL_SECONDS = 0.25
"""Between two looks where the terminal did not wait for a card itself: one lies there, or it erred."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A conversation that somebody waits for."""

    conversation: Conversation[Any]
    done: "Future[Any]"


class Terminal:
    """See `card_reader.CardReader`; also the matcher of its cards' fingers (`fingerprint_match.Matcher`).

    `seen` is called in the event loop, in the order of events, once for each change.

    Args:
        pattern: of the ports at which it may be (`*` and `?`).
        operator: for whom it gives biodata.
        first: where the count of cards begins: above all earlier counts, for after a restart nobody can say
            that the card in the field is the same.
        loop: where `seen` is called.
        seen: is told what the field holds.
        looked: is told once when all ports were looked at and no terminal was there.
    """

    def __init__(
        self,
        *,
        pattern: str,
        operator: Operator,
        first: int,
        loop: asyncio.AbstractEventLoop,
        seen: Callable[[Sighting], None],
        looked: Callable[[], None],
    ) -> None:
        self._pattern = pattern
        self._operator = operator
        self._loop = loop
        self._tell = seen
        self._looked: Callable[[], None] | None = looked
        self._stopped = threading.Event()
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._counter = first
        self._seen = EMPTY
        self._slot: str | None = None
        """Its name, while it answers."""
        self._refused: dict[str, Code] = {}
        """By port: why there was no terminal, so that it is said once."""
        self._log = structlog.get_logger(part="terminal", ports=pattern)
        self._failures = 0
        """How often in a row it was lost soon."""
        self._thread = threading.Thread(target=self._run, name="terminal", daemon=True)

    def start(self) -> None:
        """Begin to look for the terminal."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    async def stop(self) -> None:
        """End the thread, within about two seconds."""
        self._stopped.set()
        await asyncio.to_thread(self._thread.join, 5)

    async def read(self, sighting: Sighting, *, needs: Needs) -> Reading:
        """See `CardReader`."""
        reading: Reading = await self._do(self._reading(sighting, needs))
        return reading

    async def touch(self, fingers: Sequence[bytes]) -> Touch:
        """See `Matcher`; `fingers` are the terminal's names for them."""
        try:
            touched: Touch = await self._do(touch(fingers, operator=self._operator))
        except (Failed, SlotGone):
            raise MatcherAway from None
        return touched

    def _reading(self, sighting: Sighting, needs: Needs) -> Conversation[Reading]:
        # judged in the thread: by then the card may be another one
        if sighting.counter != self._counter:
            return LEFT
        return (yield from read_card(seen=self._seen, needs=needs, operator=self._operator))

    async def _do(self, conversation: Conversation[Said]) -> Said:
        if self._is_away():
            raise SlotGone
        job = _Job(conversation, Future())
        self._jobs.put(job)
        if self._is_away():
            # lost since; whoever waits must not wait for its return
            self._give_up_jobs()
        said: Said = await asyncio.wrap_future(job.done)
        return said

    def _is_away(self) -> bool:
        return self._slot is None

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                for device in ports_like(self._pattern):
                    self._try(device)
            except Exception:  # noqa: BLE001  the thread must outlive what nobody thought of
                self._log.exception("terminal failed")
            if self._looked is not None and not self._stopped.is_set():
                self._loop.call_soon_threadsafe(self._looked)
                self._looked = None
            self._stopped.wait(min(_AGAIN_SECONDS * 2.0**self._failures, _AT_LAST_SECONDS))

    def _try(self, device: str) -> None:
        """Serve the terminal at a port until it is lost; another device there is left alone."""
        if self._stopped.is_set():
            return
        try:
            with Line(device, stopped=self._stopped.is_set) as line:
                known = line.carry_out(greet())
                self._refused.pop(device, None)
                self._slot = f"{known.hardware} {known.serial} {known.firmware} {device}"[:200]
                self._log.info("terminal answers", model=self._slot)
                self._change(EMPTY)
                began = time.monotonic()
                try:
                    self._serve(line)
                finally:
                    well = line.trouble in _UNPLUGGED or time.monotonic() - began > _SERVED_WELL_SECONDS
                    self._failures = 0 if well else self._failures + 1
                    self._lost(line)
        except Failed as failed:
            if self._refused.get(device) is not failed.code:
                self._log.info("no terminal", device=device, code=failed.code.name)
                self._refused[device] = failed.code

    def _serve(self, line: Line) -> None:
        pause = 0.0
        while not self._stopped.is_set() and line.trouble is None:
            try:
                job = self._jobs.get(timeout=pause)
            except Empty:
                began = time.monotonic()
                seen = line.carry_out(look(self._seen))
                if seen != self._seen:
                    self._change(seen)
                # a wait for a card is a wait by itself
                waited = seen.presence is Presence.EMPTY and time.monotonic() - began > _POLL_SECONDS
                pause = 0.0 if waited else _POLL_SECONDS
            else:
                _carry_out(job, line)

    def _lost(self, line: Line) -> None:
        if self._stopped.is_set():
            # that we go is no news of the terminal
            with suppress(Failed):
                line.send(Request(verb=Verb.CLOSE))
        else:
            code = "" if line.trouble is None else line.trouble.name
            self._log.info("terminal is away", model=self._slot, code=code)
            self._change(Seen(presence=Presence.GONE))
        self._slot = None
        self._give_up_jobs()

    def _change(self, seen: Seen) -> None:
        self._seen = seen
        self._counter += 1
        sighting = Sighting(self._slot or "", seen.presence, self._counter)
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._tell, sighting)

    def _give_up_jobs(self) -> None:
        with suppress(Empty):
            while True:
                job = self._jobs.get_nowait()
                if job.done.set_running_or_notify_cancel():
                    job.done.set_exception(SlotGone())


def _carry_out(job: _Job, line: Line) -> None:
    if not job.done.set_running_or_notify_cancel():
        return
    try:
        said = line.carry_out(job.conversation)
    except BaseException as why:  # noqa: BLE001  whoever waits is told
        job.done.set_exception(why)
    else:
        job.done.set_result(said)
