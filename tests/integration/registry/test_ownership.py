"""A database of a version whose registry owned its own tables comes to the role that owns them now."""

import asyncio
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from yarl import URL

import registry
from chassis.storage.migrations import migrate
from tests.integration.registry.fresh_database import execute

OWNED_BY_THE_SERVICE = "0009"
"""The newest migration of such a version."""
ROLE_SCRIPT = Path(__file__).parents[3] / "deploy" / "database" / "role.sh"


@pytest.fixture
def earlier(stack_env: Mapping[str, str]) -> Iterator[URL]:
    """Such a database, in the eyes of the service."""
    name = f"registry_{uuid4().hex[:8]}"
    admin = stack_env["DATABASE_ADMIN_URL"]
    url = URL(stack_env["DATABASE_REGISTRY_URL"]).with_path(f"/{name}")
    asyncio.run(execute(admin, f"CREATE DATABASE {name} OWNER registry"))
    asyncio.run(_migrate_to_the_earlier(url))
    yield url
    asyncio.run(execute(admin, f"DROP DATABASE {name} WITH (FORCE)"))


async def _migrate_to_the_earlier(url: URL) -> None:
    engine = create_async_engine(make_url(str(url)).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_to_the_earlier)
    await engine.dispose()


def _to_the_earlier(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(str(registry.__file__)).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, OWNED_BY_THE_SERVICE)


def give_away(database: URL, stack: Mapping[str, str], secrets: Path) -> None:
    """What deploy/own does inside the database's container, and the migration after it."""
    admin, owner = URL(stack["DATABASE_ADMIN_URL"]), URL(stack["DATABASE_REGISTRY_OWNER_URL"])
    (secrets / "role_password").write_text(database.password or "")
    (secrets / "owner_password").write_text(owner.password or "")
    script = subprocess.run(
        ["/bin/sh", ROLE_SCRIPT],
        env={
            "PATH": os.environ["PATH"],
            "PGHOST": admin.host or "",
            "PGPORT": str(admin.port),
            "PGPASSWORD": admin.password or "",
            "KETUK_ROLE": "registry",
            "KETUK_OWNER": "registry_owner",
            "KETUK_DATABASE": database.name,
            "KETUK_SECRETS_DIR": str(secrets),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert script.returncode == 0, script.stderr
    asyncio.run(migrate(service="registry", url=str(owner.with_path(database.path))))


async def test_the_service_may_not_migrate_to_tables_of_its_own(earlier: URL) -> None:
    with pytest.raises(CommandError, match="deploy/own"):
        await asyncio.to_thread(asyncio.run, migrate(service="registry", url=str(earlier)))
    service = await asyncpg.connect(str(earlier))
    assert await service.fetchval("SELECT version_num FROM alembic_version") == OWNED_BY_THE_SERVICE
    await service.close()


async def test_the_old_version_works_on_while_its_tables_come_to_their_owner_and_are_migrated(
    earlier: URL, stack_env: Mapping[str, str], tmp_path: Path
) -> None:
    old = await asyncpg.connect(str(earlier))
    written, done = 0, asyncio.Event()

    async def work() -> int:
        count = 0
        while not done.is_set():
            card = uuid4().bytes * 2
            await old.execute("INSERT INTO cards (card_ref, status, version) VALUES ($1, 'active', 1)", card)
            await old.execute("UPDATE cards SET version = version + 1 WHERE card_ref = $1", card)
            count += 1
            await asyncio.sleep(0)
        return count

    working = asyncio.create_task(work())
    try:
        await asyncio.sleep(0.1)
        for _ in ("once", "and again, where somebody was not sure"):
            await asyncio.to_thread(give_away, earlier, stack_env, tmp_path)
    finally:
        done.set()
        written = await working
    owners = await old.fetch("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert [row["tableowner"] for row in owners] == ["registry_owner"]
    assert await old.fetchval("SELECT count(*) FROM cards WHERE version = 2") == written > 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await old.execute("UPDATE audit_log SET actor = ''")
    await old.close()
