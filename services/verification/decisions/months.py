"""The months by which decisions are kept, in UTC."""

from datetime import UTC, datetime, timedelta


def month_of(moment: datetime) -> datetime:
    """The moment at which its month began, in UTC."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def month_after(month: datetime) -> datetime:
    """The next month."""
    return month_of(month + timedelta(days=31))
