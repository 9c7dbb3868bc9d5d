from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dev.ledger.account import settle
from dev.ledger.entries import Received, Tapped

NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TAP = Tapped(
    institution="polresta-surakarta",
    reader="spkt-1",
    kind="healthy",
    entered=NOON,
    powered=NOON + SECOND,
    left=NOON + 3 * SECOND,
)
EVENT = Received(
    institution="polresta-surakarta",
    event_id="a",
    reader="spkt-1",
    tapped=NOON + SECOND,
    outcome="verified",
    reason="",
    arrived=NOON + 2 * SECOND,
)


def zeros(taps: list[Tapped], events: list[Received]) -> dict[str, int]:
    account = settle(taps, events)
    names = ("lost", "unexpected", "duplicated", "wrong", "redelivered")
    return {name: count for name in names if (count := getattr(account, name))}


def test_a_tap_with_its_event_leaves_nothing_to_say() -> None:
    account = settle([TAP], [EVENT])
    assert account.is_clean
    assert account.detected == (SECOND,)
    assert account.to_agency == (SECOND,)


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([], {"lost": 1}),
        ([EVENT, EVENT], {"redelivered": 1}),
        ([EVENT, replace(EVENT, event_id="b")], {"duplicated": 1}),
        ([replace(EVENT, outcome="refused")], {"wrong": 1}),
        ([replace(EVENT, reason="card.status/blocked")], {"wrong": 1}),
        ([EVENT, replace(EVENT, event_id="b", tapped=NOON - SECOND)], {"unexpected": 1}),
        ([EVENT, replace(EVENT, event_id="b", institution="kelurahan-jebres")], {"unexpected": 1}),
        ([EVENT, replace(EVENT, event_id="b", reader="loket-1")], {"unexpected": 1}),
    ],
)
def test_each_deviation_is_counted_as_what_it_is(events: list[Received], found: dict[str, int]) -> None:
    assert zeros([TAP], events) == found
    assert settle([TAP], events).is_clean == (found.keys() <= {"redelivered"})


def test_events_belong_to_the_tap_during_which_they_say_the_card_was_tapped() -> None:
    later = replace(TAP, kind="blocked", entered=NOON + 5 * SECOND, left=NOON + 8 * SECOND)
    refusal = replace(
        EVENT, event_id="b", tapped=NOON + 6 * SECOND, outcome="refused", reason="card.status/blocked"
    )
    assert zeros([TAP, later], [refusal, EVENT]) == {}
