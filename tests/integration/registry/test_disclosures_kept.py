"""What institutions were told is kept for five years, and nothing else removes it."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from chassis.postgres import Connection
from registry.retention import RETENTION
from registry.store import retention
from tests.integration.registry.fresh_database import fresh_database

[KEPT] = [kept for kept in RETENTION if kept.table == "disclosures"]
YEAR = timedelta(days=365)


@pytest.fixture
def url(stack_env: Mapping[str, str]) -> Iterator[str]:
    with fresh_database(stack_env) as address:
        yield address


@pytest.fixture
async def service(url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(url)
    await connection.execute("INSERT INTO institutions (institution, name, kind) VALUES ('bank', 'x', 'x')")
    yield connection
    await connection.close()


async def told(service: Connection, state: str, ago: timedelta) -> None:
    await service.execute(
        """
        INSERT INTO disclosures (event_id, institution, routing_key, signature, body, created, state, settled)
        VALUES ($1, 'bank', 'card.verified', '', '{}', now() - $3::interval, $2,
            CASE WHEN $2 <> 'waiting' THEN now() - $3::interval END)
        """,
        uuid4(),
        state,
        ago,
    )


async def test_what_was_told_or_parked_goes_after_five_years_and_what_waits_stays(
    service: Connection,
) -> None:
    for state in ("sent", "parked", "waiting"):
        for years in (4, 6):
            await told(service, state, years * YEAR)
    assert await retention.due(service, KEPT) == 2
    assert await retention.remove(service, KEPT) == 2
    assert await retention.due(service, KEPT) == 0
    left = await service.fetch("SELECT state, created < now() - interval '5 years' AS old FROM disclosures")
    assert sorted(tuple(row) for row in left) == [
        ("parked", False), ("sent", False), ("waiting", False), ("waiting", True)
    ]  # fmt: skip


@pytest.mark.parametrize(("state", "years"), [("sent", 4), ("waiting", 6)])
async def test_nobody_removes_what_is_not_past_its_time(service: Connection, state: str, years: int) -> None:
    await told(service, state, years * YEAR)
    for statement in ("DELETE FROM disclosures", "UPDATE disclosures SET body = ''"):
        with pytest.raises(asyncpg.RaiseError, match="cannot be changed or removed"):
            await service.execute(statement)
