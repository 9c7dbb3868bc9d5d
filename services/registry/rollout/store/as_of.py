"""Institutions and places with their readers as they stood at the end of a day of western Indonesia."""

from datetime import date, datetime

from chassis.storage.postgres import Connection
from registry.readers.lifecycle import USED_WITHIN_DAYS, Stage
from registry.readers.store.as_of import LIVES
from registry.rollout.compliance import Holding
from registry.rollout.progress import Stood


async def holdings(connection: Connection, end: datetime, day: date) -> list[Holding]:
    """Every institution whose place was there, with its readers. `end` is that of `day`."""
    rows = await connection.fetch(
        f"""
        WITH lives AS ({LIVES}),
        tapped AS (
            SELECT lives.*, used.taps, used.last
            FROM lives LEFT JOIN LATERAL (
                SELECT sum(taps)::bigint AS taps, max(last) AS last FROM reader_taps
                WHERE (gateway, reader) = (lives.gateway, lives.reader)
                    AND day > $2::date - {USED_WITHIN_DAYS} AND day <= $2
            ) AS used ON true
        )
        SELECT institutions.institution, institutions.name, institutions.kind, institutions.place,
            places.name AS place_name,
            count(number) FILTER (WHERE state NOT IN ('ordered', 'retired')) AS owned,
            count(number) FILTER (WHERE state = 'ordered') AS ordered,
            count(number) FILTER (WHERE state IN ('approved', 'working', 'silent') AND taps > 0) AS tapped,
            coalesce(sum(taps), 0)::bigint AS taps,
            max(last) AS last_tap
        FROM institutions
        LEFT JOIN places ON places.code = institutions.place
        LEFT JOIN tapped ON tapped.institution = institutions.institution
        WHERE (places.valid_from IS NULL OR places.valid_from <= $2)
            AND (places.valid_to IS NULL OR $2 < places.valid_to)
        GROUP BY institutions.institution, places.code ORDER BY institutions.institution
        """,  # noqa: S608  our own words
        end,
        day,
    )
    return [Holding(**row) for row in rows]


async def stood(connection: Connection, end: datetime) -> list[Stood]:
    """Readers that an institution of its place's own kind had there."""
    rows = await connection.fetch(
        f"""
        WITH lives AS ({LIVES})
        SELECT lives.place, lives.state, lives.since FROM lives
        JOIN institutions USING (institution)
        JOIN places ON places.code = lives.place AND places.kind = institutions.kind
        WHERE lives.state <> 'retired'
        """,  # noqa: S608  our own words
        end,
    )
    return [Stood(place=row["place"], state=Stage(row["state"]), since=row["since"]) for row in rows]


async def first_readers(connection: Connection, end: datetime) -> dict[str, date]:
    """By place, the day on which the first reader of its own kind of institution stood there."""
    rows = await connection.fetch(
        """
        SELECT past.place, (min(past.since) AT TIME ZONE 'Asia/Jakarta')::date AS day
        FROM reader_history AS past
        JOIN institutions USING (institution)
        JOIN places ON places.code = past.place AND places.kind = institutions.kind
        WHERE past.since < $1 AND past.state IN ('installed', 'approved', 'working', 'silent')
        GROUP BY past.place
        """,
        end,
    )
    return {row["place"]: row["day"] for row in rows}
