from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketuk_events.tap_ids import first_id, milliseconds, told_by
from reader_gateway.tap.tap import new_tap_id
from verification.decisions.months import month_after, month_of
from verification.decisions.store import Gone

MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001  hypothesis wants it naive
    max_value=datetime(9999, 11, 30),  # noqa: DTZ001  the same
    timezones=st.just(UTC),
)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@given(moment=MOMENTS)
def test_an_id_tells_the_time_at_which_it_was_made(moment: datetime) -> None:
    assert abs(told_by(str(new_tap_id(moment))) - milliseconds(moment)) <= 1  # floating seconds


@given(moment=MOMENTS)
def test_a_month_holds_the_ids_of_its_moments_and_no_others(moment: datetime) -> None:
    month = month_of(moment)
    bounds = first_id(month), first_id(month_after(month))
    made = UUID(int=milliseconds(moment) << 80 | 0x7 << 76 | 1)
    assert bounds[0] <= made < bounds[1]
    assert month <= moment < month_after(month)


def test_the_latest_id_there_is_tells_a_time_that_no_date_holds() -> None:
    assert told_by("ffffffff-ffff-7fff-bfff-ffffffffffff") == 2**48 - 1


def test_a_month_is_one_of_utc() -> None:
    in_jakarta = datetime(2026, 11, 1, 6, 59, tzinfo=timezone(timedelta(hours=7)))
    assert month_of(in_jakarta) == datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "covered"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), False),
        (datetime(2026, 3, 1, tzinfo=UTC) - MILLISECOND, False),
        (datetime(2026, 3, 1, tzinfo=UTC), True),
        (NOVEMBER - MILLISECOND, True),
        (NOVEMBER, False),
    ],
)
def test_gone_is_what_was_kept_and_is_no_more(moment: datetime, *, covered: bool) -> None:
    past = Gone(began=datetime(2026, 3, 1, tzinfo=UTC), since=NOVEMBER)
    assert past.covers(str(UUID(int=milliseconds(moment) << 80 | 0x7 << 76))) is covered
