from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.kit.date_ranges import spans

DAYS = st.dates(date(2012, 11, 1), date(2013, 3, 31))
ALL = [date(2012, 10, 1) + timedelta(days=number) for number in range(212)]


@given(DAYS, st.integers(0, 70))
def test_spans_add_up_to_the_days_that_are_asked_for(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    weight = dict.fromkeys(ALL, 0)
    for span in spans(first, last):
        for day in ALL:
            if span.begin <= (day if span.span == "day" else day.replace(day=1)) < span.end:
                weight[day] += span.sign
    assert weight == {day: int(first <= day <= last) for day in ALL}


def test_a_whole_year_is_twelve_months_and_no_day() -> None:
    (span,) = spans(date(2013, 1, 1), date(2013, 12, 31))
    assert (span.span, span.begin, span.end, span.sign) == ("month", date(2013, 1, 1), date(2014, 1, 1), 1)


@given(DAYS, st.integers(0, 70))
def test_at_each_end_half_a_month_of_days_is_read_at_most(first: date, more: int) -> None:
    days = [span for span in spans(first, first + timedelta(days=more)) if span.span == "day"]
    assert all((span.end - span.begin).days <= 15 for span in days)
