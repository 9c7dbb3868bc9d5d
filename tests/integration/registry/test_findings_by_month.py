"""What taps told of chips is kept by the month that their ids tell; months go and the sums stay."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from yarl import URL

from chassis.storage.postgres import Pool
from reader_gateway.tap.tap import new_tap_id
from registry.chip_health.finding import ChipFinding, Finding
from registry.chip_health.store import counting as chip_counting
from registry.chip_health.store import findings as chip_findings
from registry.chip_health.store import months as chip_months
from tests.integration.registry.fresh_database import execute, fresh_database

LONG_AGO = datetime(2022, 3, 14, 3, tzinfo=UTC)
SUMS = ("chip_counts", "cause_counts", "damaged_file_counts", "trial_counts", "pair_counts", "card_counts")


@pytest.fixture
def url(stack_env: Mapping[str, str], template: str) -> Iterator[str]:
    with fresh_database(stack_env, template=template) as address:
        yield address


@pytest.fixture
def owner(stack_env: Mapping[str, str], url: str) -> str:
    return str(URL(stack_env["DATABASE_REGISTRY_OWNER_URL"]).with_path(URL(url).path))


@pytest.fixture
async def pool(url: str, owner: str) -> AsyncIterator[Pool]:
    """As the service; findings are kept since 2022."""
    await execute(
        owner, "INSERT INTO places (code, name, kind) VALUES ('33.72.04.1010', 'Jebres', 'kelurahan')"
    )
    await execute(owner, "UPDATE chip_findings_kept SET began = '2022-01-01', since = '2022-01-01'")
    async with asyncpg.create_pool(url, min_size=0, max_size=6) as service:
        yield service


def tap(
    began: datetime, *, judged: datetime | None = None, card: int = 1, damaged: bool = False
) -> ChipFinding:
    return ChipFinding(
        gateway="kelurahan-jebres",
        tap=new_tap_id(began),
        reader="loket-1",
        place="33.72.04.1010",
        began=began,
        judged=judged or began,
        finding=Finding.DAMAGED if damaged else Finding.ALIVE,
        damaged=("6FF2",) if damaged else (),
        card_ref=card.to_bytes(32, "big"),
        cause="heat" if damaged else None,
        before=None,
    )


async def add(pool: Pool, *taps: ChipFinding, counted: bool = True) -> None:
    async with pool.acquire() as connection:
        async with connection.transaction():
            await chip_findings.add(connection, taps)
        if counted:
            await chip_counting.add_up(connection)


async def make(pool: Pool) -> int:
    async with pool.acquire() as connection:
        return await chip_months.make(connection)


async def drop(pool: Pool) -> int:
    async with pool.acquire() as connection:
        due = await chip_months.due(connection, limit=100)
        dropped = await chip_months.drop(connection)
        assert dropped >= due
        return dropped


async def where(pool: Pool) -> dict[str, int]:
    """How many taps lie in which partition."""
    rows = await pool.fetch("SELECT tableoid::regclass::text AS name, count(*) FROM chip_findings GROUP BY 1")
    return {row["name"].removeprefix("chip_findings_"): row["count"] for row in rows}


async def sums(pool: Pool) -> list[str]:
    return [
        row["t"]
        for table in SUMS
        for row in await pool.fetch(f"SELECT t::text FROM {table} AS t ORDER BY 1")  # noqa: S608  our own names
    ]


async def since(pool: Pool) -> datetime:
    found = await pool.fetchval("SELECT since FROM chip_findings_kept")
    assert isinstance(found, datetime)
    return found


async def test_a_tap_lies_in_the_month_that_its_id_tells_and_a_wrong_clocks_elsewhen(pool: Pool) -> None:
    now = datetime.now(UTC)
    await add(pool, tap(now), tap(datetime(1970, 1, 2, tzinfo=UTC), judged=now))
    await make(pool)
    assert await where(pool) == {f"{now:%Y_%m}": 1, "elsewhen": 1}
    assert await drop(pool) == 0


async def test_this_month_and_the_next_are_there_before_they_begin(pool: Pool) -> None:
    names = {
        row["name"]
        for row in await pool.fetch(
            "SELECT inhrelid::regclass::text AS name FROM pg_inherits "
            "WHERE inhparent = 'chip_findings'::regclass"
        )
    }
    now = datetime.now(UTC)
    assert {f"chip_findings_{moment:%Y_%m}" for moment in (now, now + timedelta(days=7))} < names
    assert await make(pool) == 0


async def test_months_that_are_over_go_and_the_sums_stay(pool: Pool) -> None:
    now = datetime.now(UTC)
    old = [
        tap(LONG_AGO, damaged=True),
        tap(LONG_AGO + timedelta(days=1), card=2),
        tap(LONG_AGO + timedelta(days=60)),
    ]
    recent = tap(now - timedelta(days=600))
    await add(pool, *old, recent, tap(now))
    await make(pool)
    before = await sums(pool)
    assert await where(pool) == {"2022_03": 2, "2022_05": 1, f"{recent.began:%Y_%m}": 1, f"{now:%Y_%m}": 1}
    assert await drop(pool) == 3
    assert await where(pool) == {f"{recent.began:%Y_%m}": 1, f"{now:%Y_%m}": 1}
    assert await sums(pool) == before
    assert await drop(pool) == 0
    two_years_ago = now - timedelta(days=730)
    assert await since(pool) == two_years_ago.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


async def test_a_late_tap_of_a_month_that_is_gone_is_not_counted_again(pool: Pool) -> None:
    old = tap(LONG_AGO)
    await add(pool, old)
    await make(pool)
    await drop(pool)
    before = await sums(pool)
    await add(pool, old, tap(LONG_AGO + timedelta(days=200), judged=datetime.now(UTC)))
    assert await sums(pool) == before
    assert await where(pool) == {}
    # of before all that was ever kept: its clock is wrong, and it is new
    await add(pool, tap(datetime(2021, 12, 31, 23, tzinfo=UTC), judged=datetime.now(UTC)))
    assert await where(pool) == {"elsewhen": 1}
    assert await sums(pool) != before


async def test_no_month_goes_before_its_taps_are_in_the_sums(pool: Pool) -> None:
    waits = tap(LONG_AGO + timedelta(days=60))
    await add(pool, tap(LONG_AGO))
    await add(pool, waits, counted=False)
    await make(pool)
    assert await drop(pool) == 1
    assert (await where(pool), await since(pool)) == ({"2022_05": 1}, datetime(2022, 5, 1, tzinfo=UTC))
    await add(pool)
    async with pool.acquire() as connection:
        await chip_counting.add_up(connection)
    assert await drop(pool) == 1
    assert await pool.fetchval("SELECT sum(others_alive) FROM chip_counts WHERE span = 'day'") == 2


async def test_a_month_stays_while_the_year_goes_on_in_which_one_of_it_counts(pool: Pool) -> None:
    now = datetime.now(UTC)
    await add(pool, tap(LONG_AGO), tap(LONG_AGO + timedelta(days=60), judged=now - timedelta(days=300)))
    await make(pool)
    assert await drop(pool) == 1
    assert await where(pool) == {"2022_05": 1}


async def test_what_a_wrong_clock_made_older_than_all_goes_two_years_after_it_was_judged(pool: Pool) -> None:
    wrong, now = datetime(1970, 1, 2, tzinfo=UTC), datetime.now(UTC)
    await add(
        pool, tap(wrong, judged=now - timedelta(days=731)), tap(wrong, judged=now - timedelta(days=729))
    )
    assert await drop(pool) == 1
    assert await where(pool) == {"elsewhen": 1}


async def test_what_moves_to_its_month_is_counted_once(pool: Pool) -> None:
    await add(pool, tap(LONG_AGO), counted=False)
    await make(pool)
    await add(pool, tap(LONG_AGO, card=2))
    assert await where(pool) == {"2022_03": 2}
    assert await pool.fetchval("SELECT sum(others_alive) FROM chip_counts WHERE span = 'day'") == 2
    assert await pool.fetchval("SELECT count(*) FROM chip_findings_uncounted") == 0


async def test_months_are_made_and_dropped_while_taps_come(pool: Pool) -> None:
    begin = datetime.now(UTC) - timedelta(days=700)

    async def tapping(card: int) -> None:
        for number in range(40):
            await add(pool, tap(begin + timedelta(days=7 * number), card=card), counted=number % 5 == 0)

    async def keeping() -> None:
        for _ in range(15):
            async with pool.acquire() as connection:
                await chip_months.make(connection)
                await chip_months.drop(connection)

    await asyncio.gather(tapping(1), tapping(2), keeping(), keeping())
    await make(pool)
    async with pool.acquire() as connection:
        await chip_counting.add_up(connection)
    assert await pool.fetchval("SELECT sum(others_alive) FROM chip_counts WHERE span = 'day'") == 80
    assert sum((await where(pool)).values()) == 80
    assert "elsewhen" not in await where(pool)


async def test_months_wait_for_nobody_who_holds_them_for_long(pool: Pool) -> None:
    await add(pool, tap(LONG_AGO))
    async with pool.acquire() as connection, connection.transaction():
        await chip_findings.add(connection, [tap(datetime.now(UTC))])
        with pytest.raises(asyncpg.LockNotAvailableError):
            await make(pool)
    assert await make(pool) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chip_findings_kept SET since = now()",
        "DROP TABLE chip_findings_elsewhen",
        "ALTER TABLE chip_findings DETACH PARTITION chip_findings_elsewhen",
    ],
)
async def test_the_service_itself_lets_no_month_go(pool: Pool, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)
