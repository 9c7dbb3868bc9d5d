"""A database of the registry that nobody else uses."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

import asyncpg
from yarl import URL

from chassis.migrate import migrate

_TEMPLATE = "registry_template"


@contextmanager
def fresh_database(stack_env: Mapping[str, str]) -> Iterator[str]:
    """Its address; the database is there while the block runs."""
    name = f"registry_{uuid4().hex[:8]}"
    admin = stack_env["DATABASE_ADMIN_URL"]
    asyncio.run(_copy(name, stack_env))
    yield str(URL(stack_env["DATABASE_REGISTRY_URL"]).with_path(f"/{name}"))
    asyncio.run(execute(admin, f"DROP DATABASE {name} WITH (FORCE)"))


async def _copy(name: str, stack_env: Mapping[str, str]) -> None:
    """Make it from a template, which the first one migrates."""
    owner = URL(stack_env["DATABASE_REGISTRY_OWNER_URL"])
    admin = await asyncpg.connect(stack_env["DATABASE_ADMIN_URL"])
    try:
        if not await admin.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", _TEMPLATE):
            await admin.execute(f"CREATE DATABASE {_TEMPLATE} OWNER registry_owner")
            await migrate(service="registry", url=str(owner.with_path(f"/{_TEMPLATE}")))
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} OWNER registry_owner")
        await admin.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        await admin.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO registry")
    finally:
        await admin.close()


async def execute(url: str, statement: str) -> None:
    """On a connection of its own."""
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()
