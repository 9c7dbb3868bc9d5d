"""Types of fields that bodies of several subjects have, validated as they are decoded."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta

from ketuk_events.names import whole
from registry.kit.errors import Unfit

ReaderName = Annotated[
    str, Meta(pattern=whole("[a-z0-9-]{1,40}/[a-z0-9-]{1,40}"), description="`gateway/reader`.")
]
Moment = Annotated[datetime, Meta(tz=True)]
CardStatus = Literal["not-activated", "active", "blocked", "lost", "damaged", "replaced"]


def in_utc(moment: datetime) -> datetime:
    """The same moment. Raises Unfit where UTC has no year for it."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Unfit("a moment lies outside of the calendar") from None
