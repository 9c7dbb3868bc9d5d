"""Purposes: every version is kept, the newest counts."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from chassis.storage.postgres import Connection
from ketuk_events.projection import Purpose


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """All purposes as of a version."""

    version: int
    purposes: tuple[Purpose, ...]
    published: datetime


async def lock(connection: Connection) -> None:
    """Nobody else adds a version until the transaction ends."""
    await connection.execute("LOCK TABLE purposes IN EXCLUSIVE MODE")


async def newest(connection: Connection) -> Published | None:
    """The version that counts; None where none was published yet."""
    row = await connection.fetchrow(
        "SELECT version, purposes, published FROM purposes ORDER BY version DESC LIMIT 1"
    )
    return None if row is None else _published(dict(row))


async def all_versions(connection: Connection) -> list[Published]:
    """Every version, the newest first."""
    rows = await connection.fetch("SELECT version, purposes, published FROM purposes ORDER BY version DESC")
    return [_published(dict(row)) for row in rows]


async def add(connection: Connection, purposes: tuple[Purpose, ...], *, version: int) -> Published:
    """Add a version."""
    rows = await connection.fetch(
        "INSERT INTO purposes (version, purposes) VALUES ($1, $2) RETURNING version, purposes, published",
        version,
        msgspec.json.encode(purposes).decode(),
    )
    return _published(dict(rows[0]))


def _published(row: dict[str, object]) -> Published:
    return msgspec.convert({**row, "purposes": msgspec.json.decode(str(row["purposes"]))}, Published)
