"""Removes what is past its time, a bounded part at once."""

from chassis.storage.postgres import BUSY, Connection
from registry.chip_health.store import months as chip_months
from registry.disclosure.store import disclosures
from registry.privacy.retention import DETAILS, DISCLOSURES, FINDINGS, Kept

PART = 10_000
"""Rows that one transaction removes of a kind."""


async def due(connection: Connection, kept: Kept) -> int:
    """How many rows are past their time; a part is all that is counted."""
    if kept.kind == FINDINGS:
        return await chip_months.due(connection, limit=PART)
    rows = await connection.fetch(
        f"SELECT FROM {_source(kept)} WHERE {kept.since} < now() - $1::interval LIMIT $2",
        kept.period,
        PART,
    )
    return len(rows)


async def remove(connection: Connection, kept: Kept) -> int:
    """Remove a part of the rows that are past their time; of taps whole months, or none while in use."""
    if kept.kind == FINDINGS:
        try:
            return await chip_months.drop(connection)
        except BUSY:
            return 0
    if kept.kind == DISCLOSURES:
        return await disclosures.remove(connection)
    removed = await connection.execute(
        f"""
        DELETE FROM {kept.table} WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM {kept.table} WHERE {kept.since} < now() - $1::interval LIMIT $2
            FOR UPDATE SKIP LOCKED
        ))
        """,  # noqa: S608  names of our own table of kinds
        kept.period,
        PART,
    )
    return int(removed.rpartition(" ")[2])


async def remove_details(connection: Connection, kept: Kept) -> tuple[int, ...]:
    """Remove what is personal in old entries of the audit log; returns their positions."""
    rows = await connection.fetch(
        """
        DELETE FROM audit_details WHERE position IN (
            SELECT position FROM audit_log JOIN audit_details USING (position)
            WHERE recorded < now() - $1::interval ORDER BY position LIMIT $2
        ) RETURNING position
        """,
        kept.period,
        PART,
    )
    return tuple(sorted(row["position"] for row in rows))


def _source(kept: Kept) -> str:
    return "audit_log JOIN audit_details USING (position)" if kept.kind == DETAILS else kept.table
