"""Institutions."""

from dataclasses import dataclass

from chassis.postgres import Connection
from registry.refusals import Unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Institution:
    """Who has readers or receives events."""

    institution: str
    name: str
    kind: str


async def save(connection: Connection, institution: Institution) -> None:
    """Add it, or change its name and kind."""
    await connection.execute(
        """
        INSERT INTO institutions (institution, name, kind) VALUES ($1, $2, $3)
        ON CONFLICT (institution) DO UPDATE SET name = excluded.name, kind = excluded.kind
        """,
        institution.institution,
        institution.name,
        institution.kind,
    )


async def all_institutions(connection: Connection) -> list[Institution]:
    """Every institution."""
    rows = await connection.fetch("SELECT institution, name, kind FROM institutions ORDER BY institution")
    return [Institution(**row) for row in rows]


async def lock(connection: Connection, institution: str) -> None:
    """Hold it until the transaction ends. Raises Unknown."""
    found = await connection.fetchval(
        "SELECT true FROM institutions WHERE institution = $1 FOR UPDATE", institution
    )
    if not found:
        raise Unknown(f"there is no institution {institution}")
