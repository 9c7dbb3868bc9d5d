"""Whether a service's database is a supported PostgreSQL, at the migration that the code was written for.

Older: the service waits, not ready, for the migration job. Newer: a process that runs already works on, for
migrations only add within an upgrade; one that starts refuses, because what it was written for is gone.
"""

import asyncio
import importlib
from pathlib import Path

import asyncpg

from chassis.runtime.failure_reasons import Unfit
from chassis.runtime.health import Pulse
from chassis.runtime.process import Refused
from chassis.runtime.retry import persist
from chassis.runtime.versions import DATABASE, said_once
from chassis.storage.postgres import Pool


def newest(service: str) -> str:
    """The migration that the code was written for: the number that its newest file begins with."""
    folder = Path(str(importlib.import_module(service).__file__)).parent / "migrations" / "versions"
    return max(path.name[:4] for path in folder.glob("[0-9][0-9][0-9][0-9]_*.py"))


async def until_migrated(pool: Pool, *, service: str, stopping: asyncio.Event, pulse: Pulse) -> None:
    """Wait until the database is there, supported and at our migration, or the service is told to stop.

    Raises Refused where it is at a newer one.
    """
    say = said_once(DATABASE)
    ours = await asyncio.to_thread(newest, service)

    async def attempt() -> None:
        version, found = await _found(pool)
        DATABASE.check(version)
        say(version)
        if found < ours:
            raise Unfit(
                f"is at migration {found or 'none'}, this version of {service} needs {ours}: "
                f"run the job {service}-migrations"
            )
        if found > ours:
            raise Refused(
                f"{service}: the database is at migration {found}, this version knows {ours}: "
                "start the version that migrated it, or restore a backup from before"
            )
        pulse.up()

    await persist(attempt, name="database", stopping=stopping, pulse=pulse)


async def _found(pool: Pool) -> tuple[str, str]:
    """PostgreSQL's version, and the migration that the database is at."""
    async with pool.acquire() as connection:
        server = connection.get_server_version()
        version = f"{server.major}.{server.micro}"  # that is how asyncpg names what comes after the point
        try:
            at = await connection.fetchval("SELECT max(version_num) FROM alembic_version", timeout=5)
        except asyncpg.UndefinedTableError:
            at = None
        return version, str(at or "")
