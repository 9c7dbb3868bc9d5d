"""Gateways, by region and name."""

from collections.abc import Sequence

from chassis.storage.postgres import Connection
from registry.gateways.gateway import Gateway


async def find(connection: Connection, name: str, *, region: str) -> Gateway | None:
    """One gateway, held until the transaction ends."""
    row = await connection.fetchrow(
        """
        SELECT gateway AS name, institution, place, public_key, state, version
        FROM gateways WHERE region = $1 AND gateway = $2 FOR UPDATE
        """,
        region,
        name,
    )
    return None if row is None else Gateway(**row)


async def all_gateways(connection: Connection, *, region: str) -> list[Gateway]:
    """Every gateway of a region."""
    rows = await connection.fetch(
        """
        SELECT gateway AS name, institution, place, public_key, state, version
        FROM gateways WHERE region = $1 ORDER BY gateway
        """,
        region,
    )
    return [Gateway(**row) for row in rows]


async def named(connection: Connection, names: Sequence[str], *, region: str) -> dict[str, Gateway]:
    """Those of the names that are known."""
    rows = await connection.fetch(
        """
        SELECT gateway AS name, institution, place, public_key, state, version
        FROM gateways WHERE region = $1 AND gateway = ANY($2)
        """,
        region,
        names,
    )
    return {row["name"]: Gateway(**row) for row in rows}


async def save(connection: Connection, gateway: Gateway, *, region: str) -> None:
    """Add it, or replace what was there."""
    await connection.execute(
        """
        INSERT INTO gateways (region, gateway, institution, place, public_key, state, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (region, gateway) DO UPDATE SET (institution, place, public_key, state, version)
            = (excluded.institution, excluded.place, excluded.public_key, excluded.state, excluded.version)
        """,
        region,
        gateway.name,
        gateway.institution,
        gateway.place,
        gateway.public_key,
        gateway.state,
        gateway.version,
    )
