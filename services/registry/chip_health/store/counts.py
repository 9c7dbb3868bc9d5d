"""Sums of what taps told of chips, of any days; a tap's day is the one on which it was judged."""

from collections.abc import Iterable, Sequence

import asyncpg

from chassis.storage.postgres import Connection
from registry.chip_health.reader_comparison import Trials
from registry.chip_health.report import CauseCount, Count, Pair
from registry.chip_health.store.counting import CHECKS, FINDINGS, OTHERS
from registry.kit.date_ranges import Span


async def counts(connection: Connection, within: Sequence[Span]) -> list[Count]:
    """What taps came to, by place, year and reader."""
    rows = await _fetch(
        connection,
        f"""
        SELECT place, coalesce(places.name, place) AS place_name, year::text,
            gateway || '/' || reader AS reader,
            ARRAY[{", ".join(CHECKS)}] AS checks, ARRAY[{", ".join(OTHERS)}] AS others
        FROM (
            SELECT place, date_part('year', day)::int AS year, gateway, reader, {_sums((*CHECKS, *OTHERS))}
            FROM {_within("chip_counts")} GROUP BY 1, 2, 3, 4
        ) AS counted LEFT JOIN places ON places.code = place
        """,  # noqa: S608  our own words
        within,
    )
    return [Count(**row) for row in rows if any(row["checks"]) or any(row["others"])]


async def causes(connection: Connection, within: Sequence[Span]) -> list[CauseCount]:
    """How many chip checks of each sort, by what the officer noted."""
    rows = await _fetch(
        connection,
        f"""
        SELECT cause, ARRAY[{", ".join(FINDINGS)}] AS checks
        FROM (
            SELECT cause, {_sums(FINDINGS)} FROM {_within("cause_counts")} GROUP BY cause
        ) AS counted ORDER BY cause
        """,  # noqa: S608  our own words
        within,
    )
    return [CauseCount(**row) for row in rows if any(row["checks"])]


async def damaged_files(connection: Connection, within: Sequence[Span]) -> dict[str, int]:
    """In how many taps each file was damaged."""
    rows = await _fetch(
        connection,
        f"""
        SELECT file, {_sums(["taps"])}
        FROM {_within("damaged_file_counts")} GROUP BY file ORDER BY file
        """,  # noqa: S608  our own words
        within,
    )
    return {row["file"]: row["taps"] for row in rows if row["taps"]}


async def cards(connection: Connection, of_a_year: Sequence[Span]) -> dict[str, int]:
    """How many different cards were seen, by how each was found last; from the first day of a year on."""
    rows = await _fetch(
        connection,
        f"SELECT damaged, {_sums(['cards'])} FROM {_within('card_counts')} GROUP BY 1",  # noqa: S608  our own words
        of_a_year,
    )
    found = {row["damaged"]: row["cards"] for row in rows}
    return {"alive": found.get(False, 0), "damaged": found.get(True, 0)}


async def trials(connection: Connection, within: Sequence[Span]) -> dict[str, Trials]:
    """By reader: the cards that another reader read whole afterwards, and those of them that this one failed.

    A file does not heal, so these chips were whole. Afterwards is so by the gateways' clocks and by
    verification's. Counted are the files that every purpose reads: card control and photo. A card counts once
    a day: who lays it down again and again shows nothing more.
    """
    rows = await _fetch(
        connection,
        f"""
        SELECT gateway || '/' || reader AS reader, {_sums(["tried", "failed"])}
        FROM {_within("trial_counts")} GROUP BY gateway, reader
        """,  # noqa: S608  our own words
        within,
    )
    return {row["reader"]: Trials(tried=row["tried"], failed=row["failed"]) for row in rows if row["tried"]}


async def pairs(connection: Connection, within: Sequence[Span]) -> list[Pair]:
    """Before and after: the first is a chip check of the same gateway, and not evidently of another card."""
    rows = await _fetch(
        connection,
        f"""
        SELECT cause, before, after, same_card_seen, {_sums(["pairs"])}
        FROM {_within("pair_counts")} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        """,  # noqa: S608  our own words
        within,
    )
    return [Pair(**row) for row in rows if row["pairs"]]


def _within(table: str) -> str:
    # by the index for each span: the planner takes that for more than it is
    return f"""
        unnest($1::text[], $2::date[], $3::date[], $4::int[]) AS part (span, begin, until, sign)
        CROSS JOIN LATERAL (
            SELECT * FROM {table} WHERE span = part.span AND day >= part.begin AND day < part.until OFFSET 0
        ) AS kept
    """  # noqa: S608  our own words


def _sums(columns: Iterable[str]) -> str:
    return ", ".join(f"sum(sign * {each})::bigint AS {each}" for each in columns)


async def _fetch(connection: Connection, query: str, within: Sequence[Span]) -> list[asyncpg.Record]:
    return await connection.fetch(
        query,
        [each.span for each in within],
        [each.begin for each in within],
        [each.end for each in within],
        [each.sign for each in within],
    )
