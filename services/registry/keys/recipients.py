"""The keys for which others seal now."""

from collections.abc import Iterable
from datetime import datetime

from ketuk_events.names import to_timestamp
from ketuk_events.projection import KeyPublished


def recipients(published: Iterable[KeyPublished], *, owner: str, now: datetime) -> tuple[KeyPublished, ...]:
    """Those of an owner that are valid now and were not withdrawn."""
    moment = to_timestamp(now)
    return tuple(
        key
        for key in published
        if (key.use, key.owner, key.withdrawn) == ("seal", owner, False)
        and key.valid_from <= moment < key.valid_until
    )
