"""Whether the projection is whole: every part of some answer to a request of this database has arrived."""

from uuid import UUID

from chassis.storage.postgres import Connection
from ketuk_events.projection import SnapshotPart

WAITS = "waits for all that the registry knows"
IS_WHOLE = "EXISTS (SELECT 1 FROM snapshot_parts GROUP BY answer HAVING count(*) >= max(parts))"
"""For a statement that must not see a projection that is not."""
_UNNAMED = UUID(int=0)
"""The answer of a registry that does not name its answers yet."""


async def is_whole(connection: Connection) -> bool:
    """Whether it is."""
    return bool(await connection.fetchval(f"SELECT {IS_WHOLE}"))


async def arrived(connection: Connection, part: SnapshotPart) -> None:
    """Note a part that was taken in; one that answers a request of an earlier database does not count."""
    await connection.execute(
        """
        INSERT INTO snapshot_parts (answer, part, parts)
        SELECT $1::text::uuid, $2, $3
        WHERE $4::text IS NULL OR EXISTS (SELECT 1 FROM snapshot_requests WHERE asked = $4::text::uuid)
        ON CONFLICT DO NOTHING
        """,
        part.answer or str(_UNNAMED),
        part.part,
        part.parts,
        part.asked,
    )
