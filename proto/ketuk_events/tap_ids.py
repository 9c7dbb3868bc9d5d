"""A tap's id is a UUIDv7 (RFC 9562, 5.7) and tells its time: it alone says in which month the tap is kept."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """Since 1970, as a tap's id counts."""
    return (moment - _EPOCH) // _MILLISECOND


def told_by(tap: str) -> int:
    """The milliseconds since 1970 that a tap's id tells: up to the year 10889, which no datetime holds."""
    return int(tap[:8] + tap[9:13], 16)


def first_id(moment: datetime) -> UUID:
    """What every id of that moment or later is not below. PostgreSQL orders UUIDs as these numbers."""
    return UUID(int=milliseconds(moment) << 80)
