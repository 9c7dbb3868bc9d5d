"""A database of the registry that nobody else uses."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

import asyncpg
from yarl import URL

from chassis.storage.migrations import migrate


@contextmanager
def migrated(stack_env: Mapping[str, str]) -> Iterator[str]:
    """The name of a database with the registry's tables, to be copied; it is there while the block runs."""
    with _database(stack_env) as name:
        owner = str(URL(stack_env["DATABASE_REGISTRY_OWNER_URL"]).with_path(f"/{name}"))
        asyncio.run(migrate(service="registry", url=owner))
        yield name


@contextmanager
def fresh_database(stack_env: Mapping[str, str], *, template: str) -> Iterator[str]:
    """The address of a copy of what `migrated` made; it is there while the block runs."""
    admin = stack_env["DATABASE_ADMIN_URL"]
    with _database(stack_env, f"TEMPLATE {template}") as name:
        asyncio.run(execute(admin, f"REVOKE ALL ON DATABASE {name} FROM PUBLIC"))
        asyncio.run(execute(admin, f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO registry"))
        yield str(URL(stack_env["DATABASE_REGISTRY_URL"]).with_path(f"/{name}"))


async def execute(url: str, statement: str) -> None:
    """On a connection of its own."""
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@contextmanager
def _database(stack_env: Mapping[str, str], made: str = "") -> Iterator[str]:
    name, admin = f"registry_{uuid4().hex[:8]}", stack_env["DATABASE_ADMIN_URL"]
    asyncio.run(execute(admin, f"CREATE DATABASE {name} OWNER registry_owner {made}"))
    yield name
    asyncio.run(execute(admin, f"DROP DATABASE {name} WITH (FORCE)"))
