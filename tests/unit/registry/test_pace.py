from datetime import UTC, datetime, timedelta

import pytest

from registry.access.lockout import FREE_TRIES, locked_until
from registry.access.rate_limit import Pace

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_an_actor_may_ask_so_often_at_once_and_then_waits_and_others_do_not() -> None:
    now = [0.0]
    pace = Pace(per_second=2, at_once=3, clock=lambda: now[0])
    assert [pace.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert pace.wait("b") == 0
    now[0] = 0.5
    assert [pace.wait("a") for _ in range(2)] == [0, 0.5]
    now[0] = 100
    assert [pace.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_names_without_end_fill_no_memory() -> None:
    now = [0.0]
    pace = Pace(per_second=2, at_once=3, clock=lambda: now[0])
    for each in range(30_000):
        now[0] += 0.001
        pace.wait(str(each))
    assert len(pace._buckets) <= 10_000  # noqa: SLF001  nothing else shows it


@pytest.mark.parametrize(
    ("tries", "minutes"), [(0, 0), (FREE_TRIES - 1, 0), (FREE_TRIES, 1), (FREE_TRIES + 2, 4), (999, 60)]
)
def test_each_further_wrong_password_costs_twice_the_time_and_an_hour_at_most(
    tries: int, minutes: int
) -> None:
    until = locked_until(tries, now=NOW)
    assert until == (NOW + timedelta(minutes=minutes) if minutes else None)
