"""The board: what the officer sees of readers and taps. Pure; told on the event loop."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from ketuk_events.taps import CheckResult

KEEP_TAPS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderOnBoard:
    """A reader at this counter."""

    name: str
    state: str
    """ready, card, reading or gone."""
    sam: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TapOnBoard:
    """A tap as the page shows it."""

    tap: str
    reader: str
    purpose: str
    began: datetime
    stage: str
    """reading, sent or judged."""
    outcome: str | None = None
    assurance: str | None = None
    reason: str | None = None
    """`check/code`."""
    checks: tuple[CheckResult, ...] = ()
    photo: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardState:
    """Everything on the board at one moment."""

    readers: tuple[ReaderOnBoard, ...] = ()
    taps: tuple[TapOnBoard, ...] = ()
    """The newest first."""


class Board:
    """Holds the newest state and wakes whoever looks at it."""

    def __init__(self) -> None:
        self._readers: dict[str, ReaderOnBoard] = {}
        self._taps: dict[str, TapOnBoard] = {}
        self._looking: set[asyncio.Event] = set()

    def reader_changed(self, reader: ReaderOnBoard) -> None:
        """A reader is in another state."""
        self._readers[reader.name] = reader
        self._wake()

    def tap_changed(self, tap: TapOnBoard) -> None:
        """A tap began or came further; what was known of it and is not said anew stays."""
        before = self._taps.get(tap.tap)
        if before is not None and before.stage == "judged":
            tap = before
        elif before is not None and tap.photo is None:
            tap = replace(tap, photo=before.photo)
        self._taps[tap.tap] = tap
        for old in [
            each for each in self._taps.values() if each.reader == tap.reader and each.tap != tap.tap
        ]:
            self._taps[old.tap] = replace(old, photo=None)
        while len(self._taps) > KEEP_TAPS:
            del self._taps[next(iter(self._taps))]
        self._wake()

    def snapshot(self) -> BoardState:
        """What the page may show now: a photo only of a tap that was judged verified."""
        return BoardState(
            readers=tuple(self._readers.values()),
            taps=tuple(
                tap if tap.outcome == "verified" else replace(tap, photo=None)
                for tap in reversed(self._taps.values())
            ),
        )

    async def changes(self) -> AsyncIterator[BoardState]:
        """The state now, then after each change; who is slow misses what lies between, and nothing queues."""
        news = asyncio.Event()
        self._looking.add(news)
        try:
            while True:
                news.clear()
                yield self.snapshot()
                await news.wait()
        finally:
            self._looking.discard(news)

    def _wake(self) -> None:
        for news in self._looking:
            news.set()
