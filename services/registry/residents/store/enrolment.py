"""How many residents came how far, by day and place: kept beside the residents, and adding up by itself."""

from collections.abc import Sequence
from datetime import date

from chassis.storage.postgres import Connection

# Residents as steps, one row each. Beside the steps of a card there are `obliged`, `released` (obliged no
# more) and `released-recorded`, so that those who are still to be recorded can be told.
_STEPS = """
    residents, LATERAL (VALUES
        ('obliged', obliged_from), ('released', obliged_until),
        ('released-recorded', CASE WHEN recorded IS NOT NULL THEN greatest(obliged_until, recorded) END),
        ('recorded', recorded), ('sent', sent), ('received', received), ('checked', checked),
        ('ready', ready), ('printed', printed), ('activated', activated)
    ) AS taken (step, day)
    WHERE taken.day IS NOT NULL AND (step <> 'released-recorded' OR obliged_until IS NOT NULL)
"""


async def add_up(connection: Connection) -> None:
    """Count those who were added since; in a turn with residents. Before one is removed this must be done."""
    before = await connection.fetchval("SELECT resident FROM enrolment_counted FOR UPDATE")
    newest = await connection.fetchval("SELECT coalesce(max(resident), 0) FROM residents")
    if newest > before:
        await _count(connection, "resident > $1", before, sign=1)
        await connection.execute("UPDATE enrolment_counted SET resident = $1", newest)


async def waiting(connection: Connection) -> bool:
    """Whether there are residents that are not counted yet."""
    return bool(
        await connection.fetchval(
            # by the index; EXISTS would go through the whole table to find none
            "SELECT max(resident) > (SELECT resident FROM enrolment_counted) FROM residents"
        )
    )


async def uncount(connection: Connection, residents: Sequence[int]) -> None:
    """Before some change: as if they were not there."""
    await _count(connection, _AMONG, residents, sign=-1)


async def recount(connection: Connection, residents: Sequence[int]) -> None:
    """After they have changed."""
    await _count(connection, _AMONG, residents, sign=1)


_AMONG = "resident = ANY($1) AND resident <= (SELECT resident FROM enrolment_counted)"


async def _count(connection: Connection, which: str, argument: object, *, sign: int) -> None:
    await connection.execute(
        f"""
        WITH days AS (
            SELECT step, place, taken.day, {sign} * count(*) AS people
            FROM {_STEPS} AND {which} GROUP BY step, place, taken.day
        ), spans AS (
            SELECT 'day' AS span, day, step, place, people FROM days
            UNION ALL
            SELECT 'month', date_trunc('month', day)::date, step, place, sum(people)
            FROM days GROUP BY date_trunc('month', day), step, place
        )
        INSERT INTO enrolment_counts AS kept (span, day, step, place, people)
        SELECT span, day, step, place, people FROM spans ORDER BY span, day, step, place
        ON CONFLICT (span, day, step, place) DO UPDATE SET people = kept.people + excluded.people
        """,  # noqa: S608  texts of our own
        argument,
    )


async def reached(connection: Connection, as_of: date) -> dict[str, dict[str, int]]:
    """By place and step, how many had come to it at the end of a day."""
    rows = await connection.fetch(
        """
        SELECT place, step, sum(people)::bigint AS people FROM enrolment_counts
        WHERE (span = 'month' AND day < date_trunc('month', $1::date))
            OR (span = 'day' AND day BETWEEN date_trunc('month', $1::date) AND $1)
        GROUP BY place, step
        """,
        as_of,
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["place"], {})[row["step"]] = row["people"]
    return found
