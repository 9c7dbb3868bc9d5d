"""A database of the registry that nobody else uses."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

import asyncpg
from yarl import URL

from chassis.migrate import migrate


@contextmanager
def fresh_database(stack_env: Mapping[str, str]) -> Iterator[str]:
    """Its address; the database is there while the block runs."""
    name = f"registry_{uuid4().hex[:8]}"
    admin = stack_env["DATABASE_ADMIN_URL"]
    url = str(URL(stack_env["DATABASE_REGISTRY_URL"]).with_path(f"/{name}"))
    owner = str(URL(stack_env["DATABASE_REGISTRY_OWNER_URL"]).with_path(f"/{name}"))
    asyncio.run(execute(admin, f"CREATE DATABASE {name} OWNER registry_owner"))
    asyncio.run(execute(admin, f"REVOKE ALL ON DATABASE {name} FROM PUBLIC"))
    asyncio.run(execute(admin, f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO registry"))
    asyncio.run(migrate(service="registry", url=owner))
    yield url
    asyncio.run(execute(admin, f"DROP DATABASE {name} WITH (FORCE)"))


async def execute(url: str, statement: str) -> None:
    """On a connection of its own."""
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()
