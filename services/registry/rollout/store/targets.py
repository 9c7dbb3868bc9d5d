"""Targets of the roll-out, as the data file says."""

from collections.abc import Sequence

from chassis.storage.postgres import Connection
from registry.rollout.targets import Target


async def load(connection: Connection, given: Sequence[Target]) -> None:
    """These, and no others."""
    await connection.execute("DELETE FROM targets")
    await connection.executemany(
        """
        INSERT INTO targets (target, kind, places, set_on, due, funds, funds_year, source)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        [
            (
                each.target,
                each.kind,
                each.places,
                each.set_on,
                each.due,
                each.funds,
                each.funds_year,
                each.source,
            )
            for each in given
        ],
    )


async def everything(connection: Connection) -> list[Target]:
    """All of them."""
    rows = await connection.fetch(
        """
        SELECT target, kind, places, set_on, due, funds, funds_year, source FROM targets ORDER BY target
        """
    )
    return [Target(**row) for row in rows]
