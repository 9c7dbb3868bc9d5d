"""Migrations by alembic: each service keeps its own, in plain SQL, below `migrations/`.

`python -m chassis.storage.migrations verification` brings the database of `KETUK_DATABASE_URL` to the newest
version.
Several at once wait for each other.
"""

import asyncio
import importlib
import ssl
import sys
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.runtime.failure_reasons import shown
from chassis.runtime.settings import Settings, load
from chassis.runtime.tls import trust

_LOCK = 0x6B6574756B
"""Key of the advisory lock under which one migration at a time runs ("ketuk")."""


class MigrationSettings(Settings):
    """What a migration is told."""

    database_url: str


def main(arguments: list[str]) -> int:
    """Migrate the database of the service that is named. Returns the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m chassis.storage.migrations SERVICE\n")
        return 2
    settings = load(MigrationSettings)
    try:
        trusted = trust(settings.ca_file)
        asyncio.run(migrate(service=arguments[0], url=settings.database_url, trusted=trusted))
    except CommandError as failure:
        sys.stderr.write(
            f"{arguments[0]}: the database is not one that this version knows: {failure}; "
            "run the job of the version that migrated it\n"
        )
        return 2
    except (OSError, SQLAlchemyError) as failure:
        why = failure if isinstance(failure, OSError) else shown(failure)
        sys.stderr.write(f"{arguments[0]}: the database could not be migrated: {why}\n")
        return 1
    return 0


async def migrate(*, service: str, url: str, trusted: ssl.SSLContext | None = None) -> None:
    """Apply what is not applied yet. Raises CommandError where the database is newer than the code."""
    module = importlib.import_module(service)
    folder = Path(str(module.__file__)).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool, connect_args={"ssl": trusted}
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            await connection.run_sync(_upgrade, config)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def run_in_environment() -> None:
    """What each service's `migrations/env.py` calls: run within the connection that `migrate` opened."""
    context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
