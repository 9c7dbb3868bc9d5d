"""Joins the two sides and counts, in the manner of Jepsen's total-queue checker."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dev.ledger.entries import Received, Tapped
from dev.ledger.expectations import EXPECTATIONS

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The result: the four that must be zero, and what is good to know."""

    taps: int
    by_kind: dict[str, dict[str, int]]
    """Kind to taps, delivered, and right (as expected)."""
    outcomes: Counter[str]
    delivered: int
    """Distinct events."""
    lost: int
    """Taps without an event."""
    unexpected: int
    """Events without a tap, or at an agency that has no right to them."""
    duplicated: int
    """Distinct events beyond the first for one tap."""
    wrong: int
    """Events with another outcome or reason than the design's table has."""
    redelivered: int
    """Copies of an event with the same id."""
    detected: tuple[timedelta, ...]
    """From entering the field to power."""
    to_agency: tuple[timedelta, ...]
    """From power to arrival in the agency's queue."""

    @property
    def is_clean(self) -> bool:
        """Whether the four are zero."""
        return not (self.lost or self.unexpected or self.duplicated or self.wrong)


def settle(taps: Sequence[Tapped], deliveries: Sequence[Received]) -> Account:
    """Join by reader and time: an event belongs to the tap during which it says the card was tapped."""
    first: dict[tuple[str, str], Received] = {}
    for delivery in deliveries:
        first.setdefault((delivery.institution, delivery.event_id), delivery)
    events: dict[int, list[Received]] = defaultdict(list)
    unexpected = 0
    for event in first.values():
        place = _tap_of(event, taps)
        if place is None:
            unexpected += 1
        else:
            events[place].append(event)
    by_kind: dict[str, dict[str, int]] = {}
    wrong = 0
    for place, tap in enumerate(taps):
        row = by_kind.setdefault(tap.kind, {"taps": 0, "delivered": 0, "right": 0})
        right = [event for event in events[place] if _is_right(tap, event)]
        wrong += len(events[place]) - len(right)
        row["taps"] += 1
        row["delivered"] += len(events[place])
        row["right"] += len(right)
    return Account(
        taps=len(taps),
        by_kind=by_kind,
        outcomes=Counter(event.outcome for event in first.values()),
        delivered=len(first),
        lost=sum(1 for place in range(len(taps)) if not events[place]),
        unexpected=unexpected,
        duplicated=sum(max(0, len(each) - 1) for each in events.values()),
        wrong=wrong,
        redelivered=len(deliveries) - len(first),
        detected=tuple(tap.powered - tap.entered for tap in taps),
        to_agency=tuple(
            events[place][0].arrived - tap.powered for place, tap in enumerate(taps) if events[place]
        ),
    )


def _tap_of(event: Received, taps: Sequence[Tapped]) -> int | None:
    for place, tap in enumerate(taps):
        if (tap.institution, tap.reader) == (event.institution, event.reader) and _within(event.tapped, tap):
            return place
    return None


def _within(moment: datetime, tap: Tapped) -> bool:
    # times on the wire are cut to milliseconds
    return tap.entered - _MILLISECOND <= moment <= tap.left


def _is_right(tap: Tapped, event: Received) -> bool:
    expected = EXPECTATIONS[tap.kind]
    return (event.outcome, event.reason) == (expected.outcome, expected.reason)
