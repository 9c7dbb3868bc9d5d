"""The sums of chip findings are what a plain count of the taps gives, whoever adds and counts them when."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from chassis.storage.postgres import Connection, Pool
from registry.chip_health.finding import ChipFinding, Finding
from registry.chip_health.store import counting as chip_counting
from registry.chip_health.store import findings as chip_findings
from tests.integration.registry.fresh_database import execute
from tests.integration.registry.plain_count import Facts, Sums, counted

PLACE = "33.72.04.1010"
FIRST = datetime(2025, 12, 4, 15, 30, tzinfo=UTC)
"""Half an hour before a day of western Indonesia ends; a month and a year end four weeks later."""
MOMENTS = st.sampled_from(
    [FIRST + timedelta(days=days, hours=hours) for days in (0, 1, 26, 27, 30, 31, 62) for hours in (0, 1)]
)
IDS = st.integers(1, 12).map(lambda number: UUID(int=number))
SUMS: dict[str, tuple[str, Mapping[str, str]]] = {
    "chip_counts": (
        "gateway, reader, place",
        {each: each for each in (*chip_counting.CHECKS, *chip_counting.OTHERS)},
    ),
    "cause_counts": ("cause", chip_counting.FINDINGS),
    "damaged_file_counts": ("file", {"taps": ""}),
    "trial_counts": ("gateway, reader", {"tried": "tried", "failed": "failed"}),
    "pair_counts": ("cause, before, after, same_card_seen::text", {"pairs": ""}),
    "card_counts": ("damaged::text", {"cards": ""}),
}
"""By table: what is counted apart, and its columns, each with what it counts."""

MADE_ANEW = (
    (Path(__file__).parents[3] / "docs" / "chip-check.md").read_text().split("```sql")[1].split("```")[0]
)


@st.composite
def taps(draw: st.DrawFn) -> ChipFinding:
    """Of two counters with two readers each, and of two cards, so that much follows from two of them."""
    finding = draw(st.sampled_from([Finding.ALIVE, Finding.DAMAGED, Finding.DEAD]))
    cause = draw(st.sampled_from([None, "heat", "photocopied"]))
    return ChipFinding(
        gateway=draw(st.sampled_from(["kelurahan-a", "kelurahan-b"])),
        tap=draw(IDS),
        reader=draw(st.sampled_from(["loket-1", "loket-2"])),
        place=PLACE,
        began=draw(MOMENTS),
        judged=draw(MOMENTS),
        finding=finding,
        damaged=draw(st.sampled_from([("6FF2",), ("6FF1",), ("6FF0", "6FF1")]))
        if finding == Finding.DAMAGED
        else (),
        card_ref=draw(st.sampled_from([None, b"1" * 32, b"2" * 32])),
        cause=cause,
        before=None if cause is None else draw(st.none() | IDS),
    )


def test_sums_are_a_plain_count_whatever_comes_when_and_whoever_counts(
    stack_env: Mapping[str, str], database_url: str, *, is_long: bool
) -> None:
    owner = URL(stack_env["DATABASE_REGISTRY_OWNER_URL"]).with_path(URL(database_url).path)

    @settings(max_examples=80 if is_long else 20, deadline=None)
    @given(
        together=st.lists(
            st.lists(taps(), min_size=1, max_size=6, unique_by=lambda tap: (tap.gateway, tap.tap)),
            min_size=1,
            max_size=4,
        ),
        at_once=st.integers(1, 4),
    )
    def they_are(together: list[list[ChipFinding]], at_once: int) -> None:
        first: dict[tuple[str, UUID], ChipFinding] = {}
        for batch in together:
            batch[:] = [tap for tap in batch if (tap.gateway, tap.tap) not in first]
            first |= {(tap.gateway, tap.tap): tap for tap in batch}
        kept, made_anew = asyncio.run(_sums(database_url, str(owner), together, at_once))
        assert kept == counted(list(first.values()))
        assert made_anew == kept

    they_are()


async def _sums(url: str, owner: str, together: Sequence[Sequence[ChipFinding]], at_once: int) -> list[Sums]:
    """Add all in transactions that are open side by side and end in turn, and count after each; then anew."""
    async with asyncpg.create_pool(url, min_size=0, max_size=8) as pool:
        await pool.execute(
            "INSERT INTO places (code, name, kind) VALUES ($1, 'Jebres', 'kelurahan') ON CONFLICT DO NOTHING",
            PLACE,
        )
        # few rows; to truncate all partitions and their indexes would take longer than the test
        for table in ("chip_findings", "chip_findings_uncounted", *SUMS):
            await pool.execute(f"DELETE FROM {table}")  # noqa: S608  our own names
        async with AsyncExitStack() as open_ones:
            for batch in together:
                connection = await open_ones.enter_async_context(pool.acquire())
                open_ones.push_async_callback(_count_by_two, pool, at_once)
                await open_ones.enter_async_context(connection.transaction())
                await chip_findings.add(connection, batch)
        async with pool.acquire() as connection:
            # a verdict that comes again
            await chip_findings.add(connection, together[0])
            await _count_by_two(pool, at_once)
            kept = await _of_days(connection)
            await execute(owner, MADE_ANEW)
            await _count_by_two(pool, at_once)
            return [kept, await _of_days(connection)]


async def _count_by_two(pool: Pool, at_once: int) -> None:
    async def count() -> None:
        async with pool.acquire() as connection:
            await chip_counting.add_up(connection, at_once=at_once)

    await asyncio.gather(count(), count())


async def _of_days(connection: Connection) -> Sums:
    """The rows of days; those of months have to be what these come to."""
    found = {}
    for name, (apart, columns) in SUMS.items():
        days: Facts = Counter()
        months: Facts = Counter()
        for column, counted_ in columns.items():
            for span, day, *key, number in await connection.fetch(
                f"SELECT span, day, {apart}, {column} FROM {name} WHERE {column} <> 0"  # noqa: S608  our own names
            ):
                if span == "day":
                    days[day, *key, counted_] = number
                    months[day.replace(day=1), *key, counted_] -= number
                else:
                    months[day, *key, counted_] += number
        assert not any(months.values())
        found[name] = days
    return found
