"""PC/SC contexts, kept and used again rather than made for each reading.

When a card is let go of, libpcsclite (1.9.9) goes through its list of all contexts without holding its lock
(`SCardRemoveHandle`): a context that another thread makes or releases in that moment ends the process by a
segmentation fault. So contexts are made and released only while no thread lets go of a card.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from smartcard import scard

from reader_gateway.ports.card_reader import SlotGone

_HANGS_SECONDS = 1.0
"""How long a driver that does not let go of its card is waited for: no reader may wait for another's."""


class Contexts:
    """Those of one process; used by all of its threads at once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._kept: list[int] = []
        self._unfit: set[int] = set()
        """In use, and not to be used again."""
        self._used: set[int] = set()
        self._letting_go = 0

    @contextmanager
    def one(self) -> Iterator[int]:
        """A context that nobody else uses. Raises SlotGone where the card daemon is away."""
        with self._changed:
            context = self._kept.pop() if self._kept else self._new()
            self._used.add(context)
        try:
            yield context
        finally:
            with self._changed:
                self._used.discard(context)
                if context in self._unfit:
                    self._unfit.discard(context)
                    self._release(context)
                else:
                    self._kept.append(context)

    def let_go(self, card: int, *, context: int) -> None:
        """Take the card's power: it forgets the session, and knows that its reading has ended."""
        with self._changed:
            self._letting_go += 1
        result = scard.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD)
        with self._changed:
            self._letting_go -= 1
            self._changed.notify_all()
            if result != scard.SCARD_S_SUCCESS:
                self._unfit.add(context)

    def spoil(self, context: int) -> None:
        """It is not to be used again once it is given back."""
        with self._changed:
            self._unfit.add(context)

    def forget(self) -> None:
        """The card daemon is away: what was made with it is of no use with the next."""
        with self._changed:
            self._unfit |= self._used
            while self._kept:
                self._release(self._kept.pop())

    def _new(self) -> int:
        self._wait_until_alone()
        result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        if result != scard.SCARD_S_SUCCESS:
            raise SlotGone
        return int(context)

    def _release(self, context: int) -> None:
        self._wait_until_alone()
        scard.SCardReleaseContext(context)

    def _wait_until_alone(self) -> None:
        self._changed.wait_for(lambda: not self._letting_go, timeout=_HANGS_SECONDS)


_SOCKET = "/run/pcscd/pcscd.comm"


def running_since(environment: Mapping[str, str] = os.environ) -> datetime | None:
    """When the pcscd that answers now was started, as its files tell; None where there are none.

    It counts what comes and goes from its start, so the count of an earlier one means nothing. Its socket is
    made by itself or, at boot, by systemd; its process number is written at each start.
    """
    socket = Path(environment.get("PCSCLITE_CSOCK_NAME", _SOCKET))
    written = []
    for file in (socket, socket.with_name("pcscd.pid")):
        try:
            written.append(file.stat().st_mtime)
        except OSError:
            continue
    return datetime.fromtimestamp(max(written), UTC) if written else None
