"""Duties, as the data file says."""

from collections.abc import Sequence

from chassis.storage.postgres import Connection
from registry.rollout.duties import Duty


async def load(connection: Connection, given: Sequence[Duty]) -> None:
    """These, and no others."""
    await connection.execute("DELETE FROM duties")
    await connection.executemany(
        """
        INSERT INTO duties (basis, reference, kind, binds_from, binds_until, due, source)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        [
            (
                each.basis,
                each.reference,
                each.kind,
                each.binds_from,
                each.binds_until,
                each.due,
                each.source,
            )
            for each in given
        ],
    )


async def everything(connection: Connection) -> list[Duty]:
    """All of them."""
    rows = await connection.fetch(
        """
        SELECT basis, reference, kind, binds_from, binds_until, due, source FROM duties
        ORDER BY basis, kind
        """
    )
    return [Duty(**row) for row in rows]
