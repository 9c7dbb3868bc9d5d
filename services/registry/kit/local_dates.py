"""Days as people of the city count them: those of western Indonesia (WIB), whatever the clock's own zone."""

from datetime import date, datetime, time, timedelta, timezone

WIB = timezone(timedelta(hours=7))
FIRST_YEAR, LAST_YEAR = 2000, 2999
"""Of which anything is asked."""


def today() -> date:
    """The day that it is."""
    return datetime.now(WIB).date()


def beginning_of(day: date) -> datetime:
    """Its first moment."""
    return datetime.combine(day, time(), WIB)


def end_of(day: date) -> datetime:
    """The first moment after it."""
    return beginning_of(day) + timedelta(days=1)
