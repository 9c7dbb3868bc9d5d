"""What was found of readers by comparing them, day by day."""

from collections.abc import Mapping
from datetime import date, timedelta

from chassis.storage.postgres import Connection
from registry.chip_health.reader_comparison import ReaderFinding


async def take_turn(connection: Connection, *, every: timedelta) -> bool:
    """Whether it is time to compare again; nobody else does it until the transaction ends."""
    row = await connection.fetchrow(
        "SELECT made <= now() - $1::interval AS due FROM reader_findings_made FOR UPDATE SKIP LOCKED", every
    )
    return row is not None and bool(row["due"])


async def save(connection: Connection, found: Mapping[str, ReaderFinding], *, day: date) -> None:
    """The findings of a day, by `gateway/reader`."""
    await connection.executemany(
        """
        INSERT INTO reader_findings (gateway, reader, day, code, tried, failed)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (gateway, reader, day) DO UPDATE SET (code, tried, failed)
            = (excluded.code, excluded.tried, excluded.failed)
        """,
        [
            (*name.split("/", 1), day, each.code, each.trials.tried, each.trials.failed)
            for name, each in sorted(found.items())
        ],
    )
    await connection.execute("UPDATE reader_findings_made SET made = now()")
