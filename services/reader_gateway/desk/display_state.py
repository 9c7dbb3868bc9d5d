"""The board: what the officer sees of readers and taps. No I/O; told on the event loop."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from ketuk_events.names import from_timestamp
from ketuk_events.outcomes import Outcome
from ketuk_events.taps import CheckResult, TapJudged

KEEP_TAPS = 20
_HOLDS_A_CARD = frozenset({"card", "reading"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderOnBoard:
    """A reader at this counter."""

    name: str
    state: str
    """ready, card, reading, absent (never seen) or gone."""
    sam: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TapOnBoard:
    """A tap as the page shows it."""

    tap: str
    reader: str
    purpose: str
    began: datetime
    stage: str
    """reading, finger, other-finger, sent, late (the board says so itself) or judged."""
    outcome: str | None = None
    assurance: str | None = None
    reason: str | None = None
    """`check/code`."""
    checks: tuple[CheckResult, ...] = ()
    photo: bytes | None = field(default=None, repr=False)

    @classmethod
    def judged(cls, verdict: TapJudged) -> Self:
        """A tap with its verdict."""
        return cls(
            tap=verdict.tap,
            reader=verdict.asked.reader,
            purpose=verdict.asked.purpose,
            began=from_timestamp(verdict.began),
            stage="judged",
            outcome=verdict.outcome,
            assurance=verdict.assurance,
            reason=None if verdict.reason is None else f"{verdict.reason.check}/{verdict.reason.code}",
            checks=verdict.checks,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardState:
    """Everything on the board at one moment."""

    readers: tuple[ReaderOnBoard, ...] = ()
    taps: tuple[TapOnBoard, ...] = ()
    """The newest first."""
    current: Mapping[str, TapOnBoard] = field(default_factory=dict)
    """The tap that a reader is busy with, or whose verdict still stands there, by the reader's name."""


class Board:
    """Holds the newest state and wakes whoever looks at it.

    Args:
        verdict_stays: seconds that a verdict stays at a reader, and its photo in memory, once the card has
            left; the next citizen must not be met by the answer for the one before.
        late_after: seconds after which a verdict that has not come is called late.
    """

    def __init__(self, *, verdict_stays: float = 60.0, late_after: float = 5.0) -> None:
        self._verdict_stays = verdict_stays
        self._late_after = late_after
        self._readers: dict[str, ReaderOnBoard] = {}
        self._taps: dict[str, TapOnBoard] = {}
        self._current: dict[str, str] = {}
        self._earlier: dict[str, datetime] = {}
        self._clearing: dict[str, asyncio.TimerHandle] = {}
        self._looking: set[asyncio.Event] = set()
        self._closed = False

    def reader_changed(self, reader: ReaderOnBoard) -> None:
        """A reader is in another state."""
        self._readers[reader.name] = reader
        self._clear_in_time(reader.name)
        self.look_again()

    def began_earlier(self, reader: str, began: datetime) -> None:
        """The newest tap of a reader before this start: a verdict on one before it does not stand there."""
        # a verdict gives the time in milliseconds
        self._earlier[reader] = began.replace(microsecond=began.microsecond // 1000 * 1000)

    def tap_changed(self, tap: TapOnBoard) -> None:
        """A tap began or came further; a verdict that is known stays, whatever is said after it."""
        tap = self._taps[tap.tap] = _joined(self._taps.get(tap.tap), tap)
        here = sorted(
            (each for each in self._taps.values() if each.reader == tap.reader), key=lambda each: each.began
        )
        for earlier in here[:-1]:
            self._taps[earlier.tap] = replace(earlier, photo=None)
        if here[-1].tap == tap.tap and tap.began >= self._earlier.get(tap.reader, tap.began):
            self._current[tap.reader] = tap.tap
            self._clear_in_time(tap.reader)
        while len(self._taps) > KEEP_TAPS:
            del self._taps[min(self._taps.values(), key=lambda each: each.began).tap]
        if tap.stage == "sent":
            asyncio.get_running_loop().call_later(self._late_after, self._call_late, tap.tap)
        self.look_again()

    def look_again(self) -> None:
        """Wake whoever looks: something changed, here or in what is shown beside the board."""
        for news in self._looking:
            news.set()

    def close(self) -> None:
        """Nobody looks any longer: every `changes()` ends."""
        self._closed = True
        self.look_again()

    def snapshot(self) -> BoardState:
        """What may be shown now: a photo only of a tap that was judged verified."""
        taps = {name: _without_early_photo(tap) for name, tap in self._taps.items()}
        return BoardState(
            readers=tuple(self._readers.values()),
            taps=tuple(sorted(taps.values(), key=lambda tap: tap.began, reverse=True)),
            current={reader: taps[tap] for reader, tap in self._current.items() if tap in taps},
        )

    async def changes(self, *, at_least_every: float | None = None) -> AsyncGenerator[BoardState, None]:
        """The state now, then after each change; who is slow misses what lies between, and nothing queues.

        Args:
            at_least_every: seconds after which the state is given again, even where nothing changed.
        """
        news = asyncio.Event()
        self._looking.add(news)
        try:
            while not self._closed:
                news.clear()
                yield self.snapshot()
                with suppress(TimeoutError):
                    async with asyncio.timeout(at_least_every):
                        await news.wait()
        finally:
            self._looking.discard(news)

    def _clear_in_time(self, reader: str) -> None:
        if (clearing := self._clearing.pop(reader, None)) is not None:
            clearing.cancel()
        known = self._readers.get(reader)
        if reader in self._current and (known is None or known.state not in _HOLDS_A_CARD):
            loop = asyncio.get_running_loop()
            self._clearing[reader] = loop.call_later(self._verdict_stays, self._clear, reader)

    def _clear(self, reader: str) -> None:
        tap = self._taps.get(self._current[reader])
        if tap is not None:
            self._taps[tap.tap] = replace(tap, photo=None)
            if tap.stage == "judged":
                del self._current[reader]
            self.look_again()

    def _call_late(self, name: str) -> None:
        tap = self._taps.get(name)
        if tap is not None and tap.stage == "sent":
            self._taps[name] = replace(tap, stage="late")
            self.look_again()


def _joined(before: TapOnBoard | None, tap: TapOnBoard) -> TapOnBoard:
    if before is not None:
        photo = tap.photo if before.photo is None else before.photo
        tap = replace(before if before.stage == "judged" else tap, photo=photo)
    # a photo that will never be shown is not kept either
    return _without_early_photo(tap) if tap.stage == "judged" else tap


def _without_early_photo(tap: TapOnBoard) -> TapOnBoard:
    return tap if tap.outcome == Outcome.VERIFIED else replace(tap, photo=None)
