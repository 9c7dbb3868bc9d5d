"""The SAMs of this gateway: several readers may share several SAMs, one reading at a time on each."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase

from reader_gateway.ktp.apdu import Response
from reader_gateway.ktp.protocol import SamAway, SamBusy, SamSilent

SILENT_SECONDS = 5.0
"""After which a SAM that has not answered counts as silent, though its driver still waits for it."""


@dataclass(frozen=True, eq=False, slots=True)
class _Ticket:
    """One wait for a SAM of a pattern."""

    pattern: str


@dataclass(eq=False, slots=True)
class Sam:
    """One SAM that is in its slot."""

    slot: str
    counter: int
    """pcscd's count for the slot: another number means that a SAM was put in since."""
    silent: bool = False
    """It did not answer its reset."""
    leased: bool = False
    asked_at: float | None = None
    """Since when an answer of it is waited for (`time.monotonic`)."""
    refusal: Response | None = None
    """What it answered to an opening that it refused; it is not tried again until it was taken out."""

    @contextmanager
    def asked(self) -> Iterator[None]:
        """For the time of one command: a driver may never return from it."""
        self.asked_at = time.monotonic()
        try:
            yield
        finally:
            self.asked_at = None

    def is_silent(self, now: float) -> bool:
        """Whether it does not answer, as far as that is known by `now`."""
        return self.silent or (self.asked_at is not None and now - self.asked_at >= SILENT_SECONDS)


class Sams:
    """Leases SAMs in the order in which they were asked for; used by the readers' threads at once."""

    def __init__(self, *, wait_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`wait_seconds`: how long a reading waits for a SAM that others use."""
        self._wait_seconds = wait_seconds
        self._clock = clock
        self._changed = threading.Condition()
        self._sams: dict[str, Sam] = {}
        self._waiting: deque[_Ticket] = deque()
        """Who asked first comes first."""

    def entered(self, slot: str, *, counter: int, silent: bool = False) -> None:
        """A SAM is in a slot; the same one as before where the count is the same."""
        with self._changed:
            known = self._sams.get(slot)
            if known is None or known.counter != counter:
                self._sams[slot] = Sam(slot, counter, silent)
                self._changed.notify_all()

    def left(self, slot: str) -> None:
        """No SAM is in a slot."""
        with self._changed:
            self._sams.pop(slot, None)
            self._changed.notify_all()

    def stands_in(self, pattern: str) -> bool:
        """Whether a SAM that answers is in a slot whose name is of a pattern (`*` and `?`)."""
        with self._changed:
            return bool(self._answering(pattern))

    @contextmanager
    def lease(self, pattern: str) -> Iterator[Sam]:
        """A SAM for the block alone; blocks while others use those of the pattern.

        Raises SamAway where there is none, SamSilent where none answers, SamBusy where none became free in
        time.
        """
        sam = self._take(pattern)
        try:
            yield sam
        finally:
            with self._changed:
                sam.leased = False
                self._changed.notify_all()

    def _take(self, pattern: str) -> Sam:
        ticket = _Ticket(pattern)
        deadline = self._clock() + self._wait_seconds
        with self._changed:
            self._waiting.append(ticket)
            try:
                while True:
                    if not self._answering(pattern):
                        raise SamSilent if self._of(pattern) else SamAway
                    if (sam := self._free_for(ticket)) is not None:
                        sam.leased = True
                        return sam
                    if (left := deadline - self._clock()) <= 0:
                        raise SamBusy
                    self._changed.wait(left)
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _of(self, pattern: str) -> list[Sam]:
        return [sam for sam in self._sams.values() if fnmatchcase(sam.slot, pattern)]

    def _answering(self, pattern: str) -> list[Sam]:
        now = self._clock()
        return [sam for sam in self._of(pattern) if not sam.is_silent(now)]

    def _free_for(self, ticket: _Ticket) -> Sam | None:
        """A free SAM that nobody wants who asked earlier; one that opens rather than one that refused."""
        free = [sam for sam in self._sams.values() if not (sam.leased or sam.silent)]
        for earlier in self._waiting:
            ours = [sam for sam in free if fnmatchcase(sam.slot, earlier.pattern)]
            sam = min(ours, key=lambda each: each.refusal is not None, default=None)
            if earlier is ticket:
                return sam
            if sam is not None:
                free.remove(sam)
        return None
