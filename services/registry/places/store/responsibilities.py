"""Who is responsible for what, as the data file says."""

from collections.abc import Sequence

import msgspec

from chassis.storage.postgres import Connection
from registry.places.responsibility import Responsibility


async def load(connection: Connection, given: Sequence[Responsibility]) -> None:
    """These, and no others."""
    await connection.execute("DELETE FROM responsibilities")
    await connection.executemany(
        """
        INSERT INTO responsibilities (task, responsible, valid_from, valid_to, source)
        VALUES ($1, $2, $3, $4, $5)
        """,
        [(each.task, each.responsible, each.valid_from, each.valid_to, each.source) for each in given],
    )


async def everything(connection: Connection) -> list[Responsibility]:
    """All of them."""
    rows = await connection.fetch(
        """
        SELECT task, responsible, valid_from, valid_to, source FROM responsibilities
        ORDER BY task, valid_from NULLS FIRST
        """
    )
    return [msgspec.convert(dict(row), Responsibility) for row in rows]
