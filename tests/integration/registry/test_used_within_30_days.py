"""Thirty days as people of the city count them: the day of the tap is the first, whatever the hour."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from chassis.storage.postgres import Connection
from registry.kit.local_dates import WIB, end_of
from registry.readers.store import taps as reader_taps
from registry.readers.store.as_of import readers
from registry.rollout.compliance import Use, use
from registry.rollout.store.as_of import holdings
from tests.integration.registry.case import Case

DAY = date(2026, 3, 1)
FIRST_MOMENT = datetime(2026, 3, 1, 0, 0, tzinfo=WIB)
LAST_MOMENT = datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=WIB)
JEBRES = "33.72.04.1010"


async def approved_reader(connection: Connection) -> str:
    """A new institution with one approved reader, both of the same name."""
    name = f"bumn-{uuid4().hex[:8]}"
    await connection.execute(
        "INSERT INTO institutions (institution, name, kind) VALUES ($1, 'Contoh', 'bumn')", name
    )
    for table in ("reader_lives", "reader_history"):
        await connection.execute(
            f"""
            INSERT INTO {table} (number, institution, place, gateway, reader, state, since, because, version)
            VALUES ($1, $1, $2, $1, $1, 'approved', '2026-01-01', 'an example', 1)
            """,  # noqa: S608  two names of ours
            name,
            JEBRES,
        )
    return name


async def state(connection: Connection, name: str, day: date) -> tuple[Use, int]:
    """How far an institution has come at the end of a day, and the taps of its reader in thirty days."""
    (holding,) = [each for each in await holdings(connection, end_of(day), day) if each.institution == name]
    (reader,) = [each for each in await readers(connection, end_of(day), day) if each.number == name]
    assert holding.taps == reader.taps_in_30_days
    return use(holding), holding.taps


@pytest.mark.parametrize("moment", [FIRST_MOMENT, LAST_MOMENT], ids=["at midnight", "before midnight"])
async def test_a_reader_counts_as_used_on_thirty_days_by_the_citys_clock(
    shared: Case, moment: datetime
) -> None:
    async with shared.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        name = await approved_reader(connection)
        await reader_taps.count(connection, [(name, name, moment)])
        found = {
            number: await state(connection, name, DAY + timedelta(days=number - 1))
            for number in (0, 1, 28, 29, 30, 31)
        }
        await transaction.rollback()
    assert found == {
        0: (Use.UNUSED, 0),
        **dict.fromkeys((1, 28, 29, 30), (Use.IN_USE, 1)),
        31: (Use.UNUSED, 0),
    }
