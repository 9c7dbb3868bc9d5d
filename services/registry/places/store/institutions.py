"""Institutions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from chassis.storage.postgres import Connection
from ketuk_events.names import Identifier, PlaceCode
from registry.kit.errors import Unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Institution:
    """Who has readers or receives events."""

    institution: Identifier
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: Identifier
    place: PlaceCode | None = None
    """Where it has its office; of a kelurahan, the kelurahan."""


async def save(connection: Connection, institution: Institution) -> None:
    """Add it, or change its name and kind; its place only where one is given."""
    await load(connection, [institution])


async def load(connection: Connection, institutions: Sequence[Institution]) -> None:
    """Add them, or change them as `save` does."""
    await connection.executemany(
        """
        INSERT INTO institutions (institution, name, kind, place) VALUES ($1, $2, $3, $4)
        ON CONFLICT (institution) DO UPDATE SET (name, kind, place)
            = (excluded.name, excluded.kind, coalesce(excluded.place, institutions.place))
        """,
        [
            (each.institution, each.name, each.kind, each.place)
            for each in sorted(institutions, key=lambda each: each.institution)
        ],
    )


async def all_institutions(connection: Connection) -> list[Institution]:
    """Every institution."""
    rows = await connection.fetch(
        "SELECT institution, name, kind, place FROM institutions ORDER BY institution"
    )
    return [Institution(**row) for row in rows]


async def lock(connection: Connection, institution: str) -> None:
    """Hold it until the transaction ends. Raises Unknown."""
    found = await connection.fetchval(
        "SELECT true FROM institutions WHERE institution = $1 FOR UPDATE", institution
    )
    if not found:
        raise Unknown(f"there is no institution {institution}")
