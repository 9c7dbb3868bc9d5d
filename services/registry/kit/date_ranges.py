"""How sums of days and of months make up the sum of any days."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Days, or months by their first days, from one until before another; to be added or taken away."""

    span: Literal["day", "month"]
    begin: date
    end: date
    sign: Literal[1, -1]


def spans(first: date, last: date) -> list[Span]:
    """From a day to another, both included.

    As whole months from the month's beginning that is nearest to the first day to the one nearest to the end,
    and the days between each and that day, which may have to be taken away: so few sums are read.
    """
    end = last + timedelta(days=1)
    months = _nearest(first), _nearest(end)
    return [*_way("day", first, months[0]), *_way("month", *months), *_way("day", months[1], end)]


def _way(span: Literal["day", "month"], begin: date, end: date) -> list[Span]:
    if begin == end:
        return []
    if begin < end:
        return [Span(span=span, begin=begin, end=end, sign=1)]
    return [Span(span=span, begin=end, end=begin, sign=-1)]


def _nearest(day: date) -> date:
    this = day.replace(day=1)
    following = (this + timedelta(days=31)).replace(day=1)
    return this if day - this <= following - day else following
