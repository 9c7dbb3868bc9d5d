"""Findings of before there were months come to theirs, and are counted once."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from yarl import URL

import registry
from reader_gateway.tap.tap import new_tap_id
from registry.chip_health.store import counting as chip_counting
from registry.chip_health.store import months as chip_months
from tests.integration.registry.fresh_database import execute

BEFORE, MONTHS = "0040", "0050"
OLD = """
INSERT INTO chip_findings (gateway, tap, reader, place, began, judged, chip_check, finding, damaged, card_ref)
VALUES ('kelurahan-jebres', $1, 'loket-1', '33.72.04.1010', $2, $2, false, 'alive', '{}', $3)
"""


@pytest.fixture
def owned(stack_env: Mapping[str, str]) -> Iterator[URL]:
    """An empty database, in the eyes of the owner of its tables."""
    name, admin = f"registry_{uuid4().hex[:8]}", stack_env["DATABASE_ADMIN_URL"]
    asyncio.run(execute(admin, f"CREATE DATABASE {name} OWNER registry_owner"))
    yield URL(stack_env["DATABASE_REGISTRY_OWNER_URL"]).with_path(f"/{name}")
    asyncio.run(execute(admin, f"DROP DATABASE {name} WITH (FORCE)"))


async def to(revision: str, url: URL) -> None:
    def go(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(str(registry.__file__)).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        known = connection.exec_driver_sql("SELECT to_regclass('chip_findings_kept')").scalar()
        (command.downgrade if known else command.upgrade)(config, revision)

    engine = create_async_engine(make_url(str(url)).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(go)
    await engine.dispose()


def month(moment: datetime) -> str:
    return f"chip_findings_{moment:%Y_%m}"


async def tap(url: URL, *taps: tuple[datetime, datetime]) -> int:
    """Taps that began and were judged then, counted; returns how many are in the sums."""
    service = await asyncpg.connect(str(url))
    for began, judged in taps:
        await service.execute(OLD, new_tap_id(began), judged, uuid4().bytes * 2)
    await chip_counting.add_up(service)
    counted = await service.fetchval("SELECT sum(others_alive) FROM chip_counts WHERE span = 'day'")
    await service.close()
    return int(counted)


async def uncounted(url: URL, *taps: tuple[datetime, datetime]) -> None:
    service = await asyncpg.connect(str(url))
    for began, judged in taps:
        await service.execute(OLD, new_tap_id(began), judged, uuid4().bytes * 2)
    await service.close()


async def where(url: URL) -> dict[str, int]:
    service = await asyncpg.connect(str(url))
    rows = await service.fetch(
        "SELECT tableoid::regclass::text AS name, count(*) FROM chip_findings GROUP BY 1"
    )
    await service.close()
    return {row["name"]: row["count"] for row in rows}


async def kept(url: URL) -> tuple[datetime, datetime, int]:
    """From when on; and how many go now."""
    service = await asyncpg.connect(str(url))
    row = await service.fetchrow("SELECT began, since FROM chip_findings_kept")
    dropped = await chip_months.drop(service)
    await service.close()
    assert row is not None
    return row["began"], row["since"], dropped


def test_what_is_there_moves_to_its_months_and_back_and_is_counted_once(owned: URL) -> None:
    now = datetime.now(UTC)
    first = max(now - timedelta(days=100), datetime(2026, 1, 1, tzinfo=UTC))
    wrong = datetime(1970, 1, 2, tzinfo=UTC)
    asyncio.run(to(BEFORE, owned))
    asyncio.run(
        execute(
            str(owned),
            "INSERT INTO places (code, name, kind) VALUES ('33.72.04.1010', 'Jebres', 'kelurahan')",
        )
    )
    assert asyncio.run(tap(owned, (now, now), (first, first), (first, first))) == 3
    asyncio.run(uncounted(owned, (wrong, now), (now + timedelta(days=400), now)))

    asyncio.run(to(MONTHS, owned))

    expected = {month(now): 1, "chip_findings_elsewhen": 2}
    expected[month(first)] = expected.get(month(first), 0) + 2
    assert asyncio.run(where(owned)) == expected
    begin = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert asyncio.run(kept(owned)) == (begin, begin, 0)
    # as a version of before adds them, which may work on beside it
    assert asyncio.run(tap(owned, (now, now))) == 6

    asyncio.run(to(BEFORE, owned))

    assert asyncio.run(where(owned)) == {"chip_findings": 6}
    assert asyncio.run(tap(owned, (now, now))) == 7
    asyncio.run(to(MONTHS, owned))
