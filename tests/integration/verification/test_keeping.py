"""Decisions are kept by the month of their taps, each once, and none that was dropped is made again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
import pytest

from dev.contract.examples import examples
from dev.stack.stack import Stack
from ketuk_events.catalogue import TAP_JUDGED
from ketuk_events.events import to_wire
from reader_gateway.tap.tap import new_tap_id
from tests.integration.chassis.conftest import until
from tests.integration.verification.kept import PERSONS_KEPT, Kept, decision, kept, template
from tests.support.bounds import BOUND_SECONDS
from verification.decisions.store import Gone, standing

MARCH, APRIL, MAY = (datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 5))
AUGUST = datetime(2026, 8, 15, tzinfo=UTC)
"""More than 60 days after May."""
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture(scope="module")
def empty(stack: Stack) -> str:
    return template(stack)


@pytest.fixture
async def city(stack: Stack, empty: str) -> AsyncIterator[Kept]:
    """Since March."""
    async with kept(stack, like=empty, since=MARCH) as made:
        yield made


async def test_this_month_is_made_and_the_next_one_a_week_before_it_begins(city: Kept) -> None:
    assert await city.looks(APRIL - timedelta(days=8))
    assert await city.where() == {"decisions_2026_03": 0, "decisions_elsewhen": 0}
    assert await city.looks(APRIL - timedelta(days=6))
    assert await city.where() == {"decisions_2026_03": 0, "decisions_2026_04": 0, "decisions_elsewhen": 0}


async def test_a_tap_stays_in_its_month_whenever_it_is_delivered(city: Kept) -> None:
    await city.looks(APRIL - timedelta(days=1))
    last, first = decision(APRIL - MILLISECOND, said=b"last"), decision(APRIL, said=b"first")
    assert await city.store(last, first) == [b"last", b"first"]
    await city.looks(APRIL + timedelta(days=1))
    again = [decision(APRIL, said=b"another", tap=each.tap) for each in (last, first)]
    assert await city.store(*again) == [b"last", b"first"]
    assert await city.where() == {"decisions_2026_03": 1, "decisions_2026_04": 1, "decisions_elsewhen": 0}


async def test_what_came_before_its_month_was_made_moves_there_and_stands(city: Kept) -> None:
    early = decision(MAY + timedelta(days=3), said=b"early")
    await city.looks(MARCH)
    await city.store(early)
    assert (await city.where())["decisions_elsewhen"] == 1
    await city.looks(MAY)
    assert await city.store(decision(MAY, said=b"another", tap=early.tap)) == [b"early"]
    assert await city.where() == {"decisions_2026_03": 0, "decisions_2026_05": 1, "decisions_elsewhen": 0}


async def test_a_month_that_is_over_is_dropped_and_its_taps_are_known_to_be_gone(city: Kept) -> None:
    await city.looks(MARCH)
    await city.looks(MAY)
    march, may = decision(MARCH), decision(MAY + timedelta(days=30))
    await city.store(march, may)
    await city.looks(MAY + timedelta(days=50))
    assert await city.where() == {"decisions_2026_05": 1, "decisions_2026_06": 0, "decisions_elsewhen": 0}
    async with city.pool.acquire() as connection:
        _, past = await standing(connection, [])
    assert past.covers(march.tap)
    assert not past.covers(may.tap)
    assert not past.covers(str(new_tap_id(MARCH - timedelta(days=1))))  # before there was anything


async def test_a_longer_time_to_keep_brings_nothing_back(city: Kept) -> None:
    await city.looks(AUGUST)
    async with city.pool.acquire() as connection:
        _, before = await standing(connection, [])
    await city.looks(AUGUST - timedelta(days=60))
    async with city.pool.acquire() as connection:
        assert await standing(connection, []) == ({}, before)


async def test_a_replica_whose_clock_runs_years_ahead_drops_nothing_that_the_database_would_keep(
    city: Kept,
) -> None:
    now = datetime.now(UTC)
    await city.looks(now)
    await city.store(fresh := decision(now))
    await city.looks(now.replace(year=now.year + 4, day=1))
    assert await city.store(decision(now, said=b"another", tap=fresh.tap)) == [b"{}"]


async def test_a_wrong_clocks_decision_is_removed_in_time_and_one_of_the_future_stays(city: Kept) -> None:
    long_ago, far_off = decision(datetime(1970, 1, 2, tzinfo=UTC)), decision(datetime(2199, 1, 1, tzinfo=UTC))
    await city.store(long_ago, far_off)
    now = datetime.now(UTC)
    await city.looks(now)
    assert (await city.where())["decisions_elsewhen"] == 2
    await city.pool.execute("UPDATE decisions SET judged = now() - interval '61 days'")
    await city.looks(now)
    assert await city.pool.fetchval("SELECT tap::text FROM decisions_elsewhen") == far_off.tap


async def test_replicas_that_look_at_once_make_and_drop_each_month_once(city: Kept) -> None:
    await city.looks(MARCH)
    await city.store(decision(MARCH), decision(AUGUST))
    assert all(await asyncio.gather(*(city.looks(AUGUST) for _ in range(6))))
    assert await city.where() == {"decisions_2026_08": 1, "decisions_elsewhen": 0}


async def test_months_change_while_others_decide_and_none_of_theirs_is_lost(city: Kept) -> None:
    """Of taps of a month that is being made, while another is dropped."""
    await city.looks(MARCH)
    stopped = asyncio.Event()
    made = 0

    async def decides() -> None:
        nonlocal made
        while not stopped.is_set():
            batch = [decision(AUGUST + timedelta(seconds=number)) for number in range(20)]
            assert await city.store(*batch) == [b"{}"] * 20
            made += 20

    async def is_made(count: int) -> bool:
        return made >= count

    deciding = [asyncio.create_task(decides()) for _ in range(3)]
    await until(partial(is_made, 200), what="decisions before the month is made")
    await until(partial(city.looks, AUGUST), what="the month")
    await until(partial(is_made, made + 200), what="decisions after it")
    stopped.set()
    await asyncio.gather(*deciding)
    assert await city.where() == {"decisions_2026_08": made, "decisions_elsewhen": 0}


async def test_who_holds_a_month_makes_a_replica_try_again_later(city: Kept) -> None:
    await city.looks(MARCH)
    async with city.pool.acquire() as reader, reader.transaction():
        await reader.fetch("SELECT 1 FROM decisions")
        async with asyncio.timeout(BOUND_SECONDS):  # who decides meanwhile waits behind it
            assert not await city.looks(AUGUST)
    assert await city.looks(AUGUST)
    assert await city.where() == {"decisions_2026_08": 0, "decisions_elsewhen": 0}


async def test_a_month_left_over_from_a_crash_is_removed(city: Kept) -> None:
    await city.looks(MARCH)
    await city.pool.execute("ALTER TABLE decisions DETACH PARTITION decisions_2026_03")
    await city.looks(AUGUST)
    assert await city.where() == {"decisions_2026_08": 0, "decisions_elsewhen": 0}


async def test_what_was_decided_before_there_were_months_stands_and_moves_to_its_month(city: Kept) -> None:
    old, long_ago = decision(APRIL, said=b"old"), decision(datetime(1970, 1, 2, tzinfo=UTC), said=b"long ago")
    await city.as_before_months()
    await city.store(old, long_ago)
    await city.migrate()
    again = [decision(APRIL, said=b"another", tap=each.tap) for each in (old, long_ago)]
    assert await city.store(*again) == [b"old", b"long ago"]
    await city.looks(APRIL)
    assert await city.store(*again) == [b"old", b"long ago"]
    assert await city.where() == {"decisions_2026_04": 1, "decisions_elsewhen": 1}
    async with city.pool.acquire() as connection:
        assert await standing(connection, []) == ({}, Gone(began=APRIL, since=APRIL))


VERDICT = to_wire(examples()[TAP_JUDGED]).body


async def judged_at(city: Kept, *ages: timedelta) -> list[str]:
    """Taps that were judged so long ago, with a person each."""
    now = datetime.now(UTC)
    made = [decision(now - age, said=VERDICT) for age in ages]
    await city.store(*made)
    for each, age in zip(made, ages, strict=True):
        await city.pool.execute("UPDATE decisions SET judged = $2 WHERE tap = $1", each.tap, now - age)
    await city.pool.execute("UPDATE persons_dropped SET until = now() - interval '90 days'")
    return [each.tap for each in made]


async def bodies(city: Kept, taps: list[str]) -> list[bytes]:
    rows = await city.pool.fetch("SELECT tap::text AS tap, body FROM decisions")
    return [{row["tap"]: row["body"] for row in rows}[tap] for tap in taps]


async def test_a_decision_stands_without_its_person_once_that_is_past_its_time(city: Kept) -> None:
    day, hour = timedelta(days=1), timedelta(hours=1)
    taps = await judged_at(city, 50 * day, PERSONS_KEPT + hour, PERSONS_KEPT - hour, timedelta())
    # the first makes this month, and of what is past its time each takes a day
    await until(partial(city.looks, datetime.now(UTC)), what="nothing is left to do")
    old, just_over, just_under, fresh = await bodies(city, taps)
    assert just_under == fresh == VERDICT
    assert old == just_over
    whole = msgspec.json.decode(VERDICT, type=dict[str, msgspec.Raw])
    without = msgspec.json.decode(old, type=dict[str, msgspec.Raw])
    assert bytes(whole.pop("person")).startswith(b"{")
    assert without == whole
    # and later it is that one's turn
    await city.pool.execute("UPDATE decisions SET judged = judged - interval '2 hours'")
    await city.pool.execute("UPDATE persons_dropped SET until = until - interval '3 hours'")
    await until(partial(city.looks, datetime.now(UTC)), what="nothing is left to do")
    assert await bodies(city, taps) == [old, old, old, VERDICT]


async def test_a_replica_whose_clock_runs_ahead_drops_no_person_early(city: Kept) -> None:
    taps = await judged_at(city, PERSONS_KEPT - timedelta(hours=1))
    ahead = datetime.now(UTC) + timedelta(days=20)
    await until(partial(city.looks, ahead), what="nothing is left to do")
    assert await bodies(city, taps) == [VERDICT]
