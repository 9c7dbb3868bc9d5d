"""Alarms, by the id of the message that raised them: raised once, however often it is delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.storage.postgres import Connection

_COLUMNS = (
    "alarm::text AS alarm, kind, raised, tap::text AS tap, gateway, reader, place, institution, card_ref, "
    "arrived, seen"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """Something at a reader that somebody has to look into."""

    alarm: str
    kind: str
    raised: datetime
    tap: str
    gateway: str
    reader: str
    place: str
    institution: str
    card_ref: str | None
    arrived: datetime
    seen: datetime | None
    """When somebody said that it was looked into."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Raised:
    """An alarm as it arrives."""

    alarm: UUID
    kind: str
    raised: datetime
    tap: UUID
    region: str
    gateway: str
    reader: str
    place: str
    institution: str
    card_ref: str | None


async def add(connection: Connection, alarms: Sequence[Raised]) -> None:
    """Keep those that are not known yet."""
    await connection.executemany(
        """
        INSERT INTO alarms (alarm, kind, raised, tap, region, gateway, reader, place, institution, card_ref)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
        """,
        [
            (
                each.alarm,
                each.kind,
                each.raised,
                each.tap,
                each.region,
                each.gateway,
                each.reader,
                each.place,
                each.institution,
                each.card_ref,
            )
            for each in sorted(alarms, key=lambda each: each.alarm)
        ],
    )


async def newest(connection: Connection, *, unseen: bool, limit: int) -> list[Alarm]:
    """The last that arrived, the newest first: of all, or of those that nobody has looked into."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM alarms WHERE NOT $1 OR seen IS NULL ORDER BY arrived DESC, alarm LIMIT $2",  # noqa: S608  our own columns
        unseen,
        limit,
    )
    return [Alarm(**row) for row in rows]


async def look_into(connection: Connection, alarm: UUID) -> Alarm | None:
    """Somebody has looked into it; the first time stays. None where there is no such alarm."""
    row = await connection.fetchrow(
        f"UPDATE alarms SET seen = coalesce(seen, now()) WHERE alarm = $1 RETURNING {_COLUMNS}",  # noqa: S608  our own columns
        alarm,
    )
    return None if row is None else Alarm(**row)


async def unseen(connection: Connection) -> dict[str, int]:
    """How many nobody has looked into yet, by kind; a kind stays once it was ever raised."""
    rows = await connection.fetch(
        "SELECT kind, count(*) FILTER (WHERE seen IS NULL) AS unseen FROM alarms GROUP BY kind"
    )
    return {row["kind"]: row["unseen"] for row in rows}
