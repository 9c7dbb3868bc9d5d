"""Adds up what taps told of chips, so that a report reads sums; see `counts` for what they say.

Each tap waits in `chip_findings_uncounted` from the transaction that adds it. What follows from two taps (a
card that another reader read later, a check after another, a card found otherwise than last time) is counted
with the one whose turn comes later, whatever their order and whoever added them.
"""

from collections.abc import Mapping

from chassis.storage.postgres import Connection
from registry.chip_health.finding import Finding

FINDINGS: Mapping[str, Finding] = {each.value.replace("-", "_"): each for each in Finding}
"""Columns, each with what it counts."""
CHECKS, OTHERS = ({f"{of}_{each}": what for each, what in FINDINGS.items()} for of in ("checks", "others"))
"""Chip checks and taps for other purposes."""
TRIAL_DAYS = 30
"""Within which another reader has to read a card whole, for a failure here to count against this reader."""
_AT_ONCE = 5_000
_TURN = 0x6368697073
"""Key of the advisory lock under which one process at a time counts, or makes or drops months ("chips")."""


async def add_up(connection: Connection, *, at_once: int = _AT_ONCE) -> None:
    """Count what waits, so many taps in a transaction; what comes meanwhile is not waited for."""
    more = at_once
    while more == at_once:
        more = await connection.fetchval(
            "SELECT count(*) FROM (SELECT FROM chip_findings_uncounted LIMIT $1) AS waiting", at_once
        )
        if not more:
            return
        async with connection.transaction():
            # A statement of its own: the next one must see what was counted while this one waited. Compiling
            # that one would take longer than doing it.
            await connection.execute(
                "SELECT pg_advisory_xact_lock($1), set_config('jit', 'off', true)", _TURN
            )
            await connection.execute(_COUNT, at_once, TRIAL_DAYS)


def _spans(facts: str, names: str, sums: str) -> str:
    """Facts of days as rows of days and of months, to be inserted and added to what is there."""
    numbers = [each.strip() for each in sums.split(",")]
    totals = ", ".join(f"sum({each})" for each in numbers)
    added = ", ".join(f"{each} = kept.{each} + excluded.{each}" for each in numbers)
    return f"""
        (span, day, {names}, {sums})
        SELECT spans.span, spans.day, {names}, {totals}
        FROM {facts}, LATERAL (VALUES ('day', day), ('month', date_trunc('month', day)::date))
            AS spans (span, day)
        GROUP BY spans.span, spans.day, {names}
        HAVING ({totals}) IS DISTINCT FROM ({", ".join("0" for _ in numbers)})
        ON CONFLICT (span, day, {names}) DO UPDATE SET {added}
    """  # noqa: S608  names of our own


def _told(columns: Mapping[str, Finding], of: str) -> str:
    return ", ".join(f"(finding = '{each}' AND {of})::int AS {column}" for column, each in columns.items())


# One statement, hence one moment for all that it sees: a tap that is in the database is in the portion, waits
# for another turn, or is in all sums.
_COUNT = f"""
WITH portion AS (
    DELETE FROM chip_findings_uncounted
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM chip_findings_uncounted LIMIT $1)) RETURNING gateway, tap
), news AS MATERIALIZED (
    -- one by one, so that the planner knows how many there are
    SELECT found.*, (judged AT TIME ZONE 'Asia/Jakarta')::date AS day
    FROM portion CROSS JOIN LATERAL (
        SELECT * FROM chip_findings WHERE gateway = portion.gateway AND tap = portion.tap LIMIT 1
    ) AS found
), touched AS (
    -- each card that is among them, and from when on its other taps matter
    SELECT card_ref, min(day) - $2::int AS near,
        least(date_trunc('year', min(day))::date, min(day) - $2::int)::timestamp
            AT TIME ZONE 'Asia/Jakarta' AS since
    FROM news WHERE card_ref IS NOT NULL AND finding IN ('alive', 'damaged') GROUP BY card_ref
), history AS (
    SELECT card_ref, near, gateway, reader, began, judged,
        (judged AT TIME ZONE 'Asia/Jakarta')::date AS day,
        finding = 'alive' AS whole, finding = 'damaged' AND damaged && '{{6FF0,6FF2}}' AS failed,
        -- looked up in a hash of them, however few the planner takes them for
        (gateway, tap) IN (SELECT gateway, tap FROM portion) AS fresh
    FROM touched JOIN chip_findings AS found USING (card_ref)
    LEFT JOIN chip_findings_uncounted AS waits USING (gateway, tap)
    WHERE finding IN ('alive', 'damaged') AND judged >= since
        AND (waits.tap IS NULL OR (gateway, tap) IN (SELECT gateway, tap FROM portion))
), card_days AS MATERIALIZED (
    -- each card's day at each reader: as it is with the portion (1), and as it was without (-1)
    SELECT sign, card_ref, day, gateway, reader, day >= near AS near,
        min(began) FILTER (WHERE whole OR failed) AS tried_began,
        min(judged) FILTER (WHERE whole OR failed) AS tried_judged,
        min(began) FILTER (WHERE failed) AS failed_began,
        min(judged) FILTER (WHERE failed) AS failed_judged,
        max(began) FILTER (WHERE whole) AS whole_began,
        max(judged) FILTER (WHERE whole) AS whole_judged,
        max(judged) FILTER (WHERE NOT whole) AS damaged_judged
    FROM history, (VALUES (1), (-1)) AS signs (sign)
    WHERE sign = 1 OR NOT fresh
    GROUP BY sign, card_ref, day, gateway, reader, near
), trials AS (
    SELECT sign, card_ref, here.day, here.gateway, here.reader,
        coalesce(bool_or(
            there.whole_began > here.failed_began AND there.whole_judged > here.failed_judged
        ), false) AS failed
    FROM card_days AS here JOIN card_days AS there USING (sign, card_ref)
    WHERE here.near AND there.day BETWEEN here.day AND here.day + $2::int
        AND (there.gateway, there.reader) <> (here.gateway, here.reader)
        AND there.whole_began > here.tried_began AND there.whole_judged > here.tried_judged
    GROUP BY sign, card_ref, here.day, here.gateway, here.reader
), trial_facts AS (
    SELECT day, gateway, reader, sign AS tried, CASE WHEN failed THEN sign ELSE 0 END AS failed FROM trials
), found_last AS (
    -- what each card was found last on a day: damaged where that is told after it was read whole
    SELECT sign, card_ref, day,
        coalesce(max(damaged_judged) > max(whole_judged), max(whole_judged) IS NULL) AS damaged
    FROM card_days GROUP BY sign, card_ref, day
), turns AS (
    SELECT sign, day, damaged,
        lag(damaged) OVER (PARTITION BY sign, card_ref, date_trunc('year', day) ORDER BY day) AS was
    FROM found_last
), card_facts AS (
    SELECT day, damaged, sign AS cards FROM turns WHERE was IS DISTINCT FROM damaged
    UNION ALL
    SELECT day, was, -sign FROM turns WHERE was <> damaged
), checks_after AS (
    SELECT gateway, tap, before FROM news WHERE before IS NOT NULL
    UNION
    SELECT gateway, later.tap, later.before FROM news AS earlier JOIN chip_findings AS later USING (gateway)
    WHERE later.before = earlier.tap
), pair_facts AS (
    SELECT (later.judged AT TIME ZONE 'Asia/Jakarta')::date AS day, later.cause,
        earlier.finding AS before, later.finding AS after,
        coalesce(earlier.card_ref = later.card_ref, false) AS same_card_seen, 1 AS pairs
    FROM checks_after AS given CROSS JOIN LATERAL (
        SELECT * FROM chip_findings WHERE gateway = given.gateway AND tap = given.tap LIMIT 1
    ) AS later CROSS JOIN LATERAL (
        SELECT * FROM chip_findings WHERE gateway = given.gateway AND tap = given.before LIMIT 1
    ) AS earlier
    WHERE earlier.chip_check AND earlier.began < later.began
        AND coalesce(earlier.card_ref = later.card_ref, true)
        AND NOT EXISTS (
            SELECT FROM (VALUES (later.tap), (earlier.tap)) AS either (tap)
            JOIN chip_findings_uncounted AS waits ON (waits.gateway, waits.tap) = (given.gateway, either.tap)
            WHERE NOT EXISTS (
                SELECT FROM portion WHERE (portion.gateway, portion.tap) = (waits.gateway, waits.tap)
            )
        )
), file_facts AS (
    SELECT day, file, 1 AS taps FROM news, unnest(damaged) AS file
), tap_facts AS (
    SELECT day, gateway, reader, place, {_told(CHECKS, "chip_check")}, {_told(OTHERS, "NOT chip_check")}
    FROM news
), cause_facts AS (
    SELECT day, cause, {_told(FINDINGS, "chip_check")} FROM news WHERE chip_check
), added_trials AS (
    INSERT INTO trial_counts AS kept {_spans("trial_facts", "gateway, reader", "tried, failed")}
), added_cards AS (
    INSERT INTO card_counts AS kept {_spans("card_facts", "damaged", "cards")}
), added_pairs AS (
    INSERT INTO pair_counts AS kept
    {_spans("pair_facts", "cause, before, after, same_card_seen", "pairs")}
), added_causes AS (
    INSERT INTO cause_counts AS kept {_spans("cause_facts", "cause", ", ".join(FINDINGS))}
), added_files AS (
    INSERT INTO damaged_file_counts AS kept {_spans("file_facts", "file", "taps")}
)
INSERT INTO chip_counts AS kept
{_spans("tap_facts", "gateway, reader, place", ", ".join((*CHECKS, *OTHERS)))}
"""  # noqa: S608  names of our own
