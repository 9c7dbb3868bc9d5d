"""Requests that were refused to who has not signed in, counted until they are in the audit log."""

from dataclasses import dataclass
from datetime import datetime

from chassis.storage.postgres import Connection

_PART = 10_000
"""Rows that one transaction takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedRequests:
    """Those that are alike."""

    event: str
    whose: str
    """Empty where they are about nobody."""
    origin: str
    because: str
    times: int
    first: datetime


async def count(connection: Connection, *, event: str, whose: str, origin: str, because: str) -> None:
    """Count one more."""
    await connection.execute(
        """
        INSERT INTO refused_requests (event, whose, origin, because, times) VALUES ($1, $2, $3, $4, 1)
        ON CONFLICT (event, whose, origin, because) DO UPDATE SET times = refused_requests.times + 1
        """,
        event,
        whose,
        origin,
        because,
    )


async def take(connection: Connection) -> list[RefusedRequests]:
    """Take a part of what was counted, the most frequent first; others pass over it."""
    rows = await connection.fetch(
        """
        DELETE FROM refused_requests WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM refused_requests ORDER BY times DESC LIMIT $1 FOR UPDATE SKIP LOCKED
        )) RETURNING event, whose, origin, because, times, first
        """,
        _PART,
    )
    return sorted((RefusedRequests(**row) for row in rows), key=lambda each: (-each.times, each.first))


async def waits(connection: Connection) -> bool:
    """Whether there are any."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM refused_requests)"))
