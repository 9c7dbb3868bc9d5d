"""What institutions were told is kept for five years, and nothing else removes it."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection as Migrating
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from yarl import URL

import registry
from chassis.storage.migrations import migrate
from chassis.storage.postgres import Connection
from registry.privacy.retention import RETENTION
from registry.privacy.store import retention
from tests.integration.registry.fresh_database import execute, fresh_database

[KEPT] = [kept for kept in RETENTION if kept.table == "disclosures"]
YEAR = timedelta(days=365)
BEFORE = "0060"
"""The newest migration under which the service itself removed disclosures."""
AS_EARLIER_VERSIONS_SETTLE = "UPDATE disclosures SET state = 'sent', settled = now() WHERE state = 'waiting'"


@pytest.fixture
def url(stack_env: Mapping[str, str], template: str) -> Iterator[str]:
    with fresh_database(stack_env, template=template) as address:
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
    assert await retention.remove(service, KEPT) == 0
    for statement in ("DELETE FROM disclosures", "UPDATE disclosures SET body = ''"):
        with pytest.raises(asyncpg.RaiseError, match="cannot be changed or removed"):
            await service.execute(statement)


@pytest.mark.parametrize("state", ["sent", "parked", "waiting"])
async def test_the_service_can_make_no_row_older_and_remove_none_itself(
    service: Connection, state: str
) -> None:
    await told(service, state, 4 * YEAR)
    for statement in (
        "UPDATE disclosures SET settled = '2000-01-01'",
        "UPDATE disclosures SET state = 'sent', settled = '2000-01-01'",
        "UPDATE disclosures SET settled = now() - interval '1826 days'",
        "UPDATE disclosures SET state = 'waiting', settled = '2000-01-01'",
        "DELETE FROM disclosures",
    ):
        with pytest.raises(asyncpg.RaiseError, match="cannot be changed or removed"):
            await service.execute(statement)
    assert await service.fetchval("SELECT count(*) FROM disclosures") == 1


async def test_the_service_itself_removes_not_even_what_is_past_its_time(service: Connection) -> None:
    await told(service, "sent", 6 * YEAR)
    with pytest.raises(asyncpg.RaiseError, match="cannot be changed or removed"):
        await service.execute("DELETE FROM disclosures")
    for statement in (
        "TRUNCATE disclosures",
        "ALTER TABLE disclosures DISABLE TRIGGER ALL",
        "DROP TRIGGER disclosures_stand ON disclosures",
        "CREATE OR REPLACE FUNCTION disclosures_stand() RETURNS trigger LANGUAGE sql AS ''",
        "SET session_replication_role = replica",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(statement)
    assert await retention.remove(service, KEPT) == 1


async def test_a_disclosure_is_settled_now_or_waits(service: Connection) -> None:
    await told(service, "waiting", YEAR)
    for state in ("parked", "sent"):
        await service.execute("UPDATE disclosures SET state = $1, settled = now()", state)
        assert await service.fetchval("SELECT settled > now() - interval '1 day' FROM disclosures")
        await service.execute("UPDATE disclosures SET state = 'waiting', settled = NULL")


async def test_an_earlier_version_works_on_while_the_database_is_migrated_and_what_it_released_is_sent(
    stack_env: Mapping[str, str],
) -> None:
    name, admin = f"registry_{uuid4().hex[:8]}", stack_env["DATABASE_ADMIN_URL"]
    owner = URL(stack_env["DATABASE_REGISTRY_OWNER_URL"]).with_path(f"/{name}")
    await execute(admin, f"CREATE DATABASE {name} OWNER registry_owner")
    try:
        await at(BEFORE, owner)
        service = await asyncpg.connect(str(URL(stack_env["DATABASE_REGISTRY_URL"]).with_path(f"/{name}")))
        await service.execute("INSERT INTO institutions (institution, name, kind) VALUES ('bank', 'x', 'x')")
        await told(service, "parked", YEAR)
        await service.execute("UPDATE disclosures SET state = 'waiting'")
        await told(service, "sent", 6 * YEAR)
        await told(service, "sent", 4 * YEAR)
        await migrate(service="registry", url=str(owner))
        assert await service.execute(AS_EARLIER_VERSIONS_SETTLE) == "UPDATE 1"
        # the retention round of an earlier version, while nothing is past its time
        assert await retention.remove(service, KEPT) == 1
        removed = await service.execute("DELETE FROM disclosures WHERE settled < now() - interval '5 years'")
        assert removed == "DELETE 0"
        await at(BEFORE, owner)
        assert await service.fetchval("SELECT count(*) FROM disclosures") == 2
        await migrate(service="registry", url=str(owner))
        await service.close()
    finally:
        await execute(admin, f"DROP DATABASE {name} WITH (FORCE)")


async def at(revision: str, owner: URL) -> None:
    """Bring the database to a migration, up or down."""

    def go(connection: Migrating) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(str(registry.__file__)).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        known = connection.exec_driver_sql("SELECT to_regclass('disclosures')").scalar()
        (command.downgrade if known else command.upgrade)(config, revision)

    url = make_url(str(owner)).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(go)
    await engine.dispose()
