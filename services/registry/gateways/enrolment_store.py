"""Enrolments, by the name of their code."""

from chassis.storage.postgres import Connection
from registry.gateways.enrolment_code import Enrolment


async def find(connection: Connection, code_id: str, *, region: str) -> Enrolment | None:
    """One enrolment, held until the transaction ends."""
    row = await connection.fetchrow(
        """
        SELECT code_id, digest, gateway, institution, place, expires, misses, public_key
        FROM enrolments WHERE code_id = $1 AND region = $2 FOR UPDATE
        """,
        code_id,
        region,
    )
    return None if row is None else Enrolment(**row)


async def add(connection: Connection, enrolment: Enrolment, *, region: str) -> None:
    """Keep it; earlier codes of the same gateway, and those that expired, are gone."""
    await connection.execute(
        "DELETE FROM enrolments WHERE (region = $1 AND gateway = $2) OR expires < now()",
        region,
        enrolment.gateway,
    )
    await connection.execute(
        """
        INSERT INTO enrolments (code_id, digest, region, gateway, institution, place, expires)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        enrolment.code_id,
        enrolment.digest,
        region,
        enrolment.gateway,
        enrolment.institution,
        enrolment.place,
        enrolment.expires,
    )


async def missed(connection: Connection, code_id: str) -> None:
    """Count a wrong secret."""
    await connection.execute("UPDATE enrolments SET misses = misses + 1 WHERE code_id = $1", code_id)


async def used(connection: Connection, code_id: str, *, public_key: str) -> None:
    """Note who enrolled with it."""
    await connection.execute("UPDATE enrolments SET public_key = $2 WHERE code_id = $1", code_id, public_key)
