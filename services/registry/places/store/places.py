"""Places: loaded from the data file, then read only."""

from collections.abc import Sequence

from chassis.storage.postgres import Connection
from registry.places.places import Place


async def load(connection: Connection, places: Sequence[Place]) -> None:
    """Bring the table to what a file says; doing it again changes nothing."""
    await connection.executemany(
        """
        INSERT INTO places (code, name, kind, parent, valid_from, valid_to)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (code) DO UPDATE SET (name, kind, parent, valid_from, valid_to)
            = (excluded.name, excluded.kind, excluded.parent, excluded.valid_from, excluded.valid_to)
        """,
        [
            (place.code, place.name, place.kind, place.parent, place.valid_from, place.valid_to)
            # a parent before its children: its code is the beginning of theirs
            for place in sorted(places, key=lambda place: place.code)
        ],
    )


async def all_places(connection: Connection) -> list[Place]:
    """Every place, by code."""
    rows = await connection.fetch(
        "SELECT code, name, kind, parent, valid_from, valid_to FROM places ORDER BY code"
    )
    return [Place(**row) for row in rows]


async def missing(connection: Connection, codes: Sequence[str]) -> list[str]:
    """Those of the codes that are no place."""
    rows = await connection.fetch(
        "SELECT code FROM unnest($1::text[]) AS code WHERE code NOT IN (SELECT code FROM places)", codes
    )
    return [row["code"] for row in rows]
