"""How taps ended, by the minute in which they were judged."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from chassis.storage.postgres import Connection
from ketuk_events.names import from_timestamp
from ketuk_events.taps import TapJudged

KEPT_DAYS = 2
_AT_ONCE = 100


async def count(connection: Connection, verdicts: Iterable[TapJudged], *, process: UUID) -> None:
    """Add verdicts; the caller knows that they are new. What is too old goes, as much as comes and more."""
    counted = Counter(_key(each) for each in verdicts)
    if not counted:
        return
    minutes, outcomes, checks, codes = zip(*sorted(counted), strict=True)
    await connection.execute(
        f"""
        WITH gone AS (
            DELETE FROM tap_minutes WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM tap_minutes WHERE minute < now() - interval '{KEPT_DAYS} days'
                LIMIT {_AT_ONCE} FOR UPDATE SKIP LOCKED
            ))
        )
        INSERT INTO tap_minutes (minute, outcome, decided, code, process, taps)
        SELECT minute, outcome, decided, code, $5, taps
        FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $6::bigint[])
            AS given (minute, outcome, decided, code, taps)
        ON CONFLICT (minute, outcome, decided, code, process) DO UPDATE
        SET taps = tap_minutes.taps + excluded.taps
        """,  # noqa: S608  our own numbers
        minutes,
        outcomes,
        checks,
        codes,
        process,
        [counted[each] for each in sorted(counted)],
    )


async def newest(
    connection: Connection, *, minutes: int, hours: int
) -> tuple[datetime, dict[datetime, int], list[tuple[str, str, str, int]]]:
    """What time it is; taps in each of the last minutes; and by outcome, check and code in the last hours."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        now: datetime = await connection.fetchval("SELECT now()")
        by_minute = await connection.fetch(
            """
            SELECT minute, sum(taps)::bigint AS taps FROM tap_minutes
            WHERE minute > now() - make_interval(mins => $1) AND minute <= now() GROUP BY minute
            """,
            minutes,
        )
        endings = await connection.fetch(
            """
            SELECT outcome, decided, code, sum(taps)::bigint AS taps FROM tap_minutes
            WHERE minute > now() - make_interval(hours => $1) AND minute <= now()
            GROUP BY outcome, decided, code
            """,
            hours,
        )
    return (
        now,
        {row["minute"]: row["taps"] for row in by_minute},
        [(row["outcome"], row["decided"], row["code"], row["taps"]) for row in endings],
    )


def _key(verdict: TapJudged) -> tuple[datetime, str, str, str]:
    minute = from_timestamp(verdict.judged).replace(second=0, microsecond=0)
    decided = verdict.reason
    return minute, verdict.outcome, *(("", "") if decided is None else (decided.check, decided.code))
