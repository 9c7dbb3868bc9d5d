"""The small words of the contract: identifiers, times, versions."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, TypeGuard
from uuid import UUID, uuid5

from msgspec import Meta


def whole(expression: str) -> str:
    """The pattern of a text that is this and nothing else, for Python and ECMA 262 alike.

    For Python `$` also stands before a final newline, which may be in no name.
    """
    return rf"^{expression}$(?!\n)"


Identifier = Annotated[
    str,
    Meta(
        pattern=whole(r"[a-z0-9-]{1,40}"),
        description="A name that people chose, such as `polresta-surakarta`.",
    ),
]
Region = Annotated[
    str,
    Meta(
        pattern=whole(r"[0-9]{2,10}"),
        description="Kemendagri code without dots, such as `3372` for Surakarta.",
    ),
]
PlaceCode = Annotated[
    str,
    Meta(
        pattern=whole(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?"),
        description="Kemendagri code with dots.",
    ),
]
_TIMESTAMP = re.compile(whole(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z"))
Timestamp = Annotated[str, Meta(pattern=_TIMESTAMP.pattern, description="RFC 3339, UTC, milliseconds.")]
Version = Annotated[
    int, Meta(ge=0, le=2**53 - 1, description="Counts up by its owner; the higher version wins.")
]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""Of anything; up to what a JSON number holds everywhere."""
LINE = whole(r"[^\x00-\x1f\x7f-\x9f]*")
"""The pattern of free text in one line: without control characters, which PostgreSQL or a terminal minds."""
Code = Annotated[
    str, Meta(pattern=whole(r"[a-z0-9.-]{1,60}"), description="A stable word of an open enumeration.")
]
EventId = Annotated[
    str,
    Meta(
        pattern=whole("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        description="UUID of a message: its CloudEvents `id` and AMQP `message_id`.",
    ),
]
TapId = Annotated[
    str,
    Meta(
        pattern=whole("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        description="UUIDv7 (RFC 9562) of the moment at which the tap begins; stands in every later message "
        "about it.",
    ),
]

_FOLLOWS = UUID("7d8f2f0a-6b1e-5c55-9d0a-2f6f0c1b8a11")


def to_timestamp(moment: datetime) -> Timestamp:
    """Write an aware moment as the wire wants it, cut to milliseconds."""
    return _written(moment.astimezone(UTC))


@lru_cache(maxsize=16)  # one moment serves a batch
def _written(moment: datetime) -> Timestamp:
    return moment.isoformat(timespec="milliseconds")[: -len("+00:00")] + "Z"


def from_timestamp(written: Timestamp) -> datetime:
    """Read a wire time. Raises ValueError where the digits are no date."""
    return datetime.fromisoformat(written)


def is_timestamp(written: object) -> TypeGuard[Timestamp]:
    """Whether it is a wire time that the calendar has."""
    if not isinstance(written, str) or _TIMESTAMP.search(written) is None:
        return False
    try:
        from_timestamp(written)
    except ValueError:
        return False
    return True


def following_id(cause: UUID, role: str) -> UUID:
    """The id of what follows from message `cause` in `role`: always the same, so a repeat is recognised.

    Name-based (RFC 9562, version 5).
    """
    return uuid5(_FOLLOWS, f"{cause}/{role}")
