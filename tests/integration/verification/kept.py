"""A database of verification's own shape for one test, and decisions in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import asyncpg

import verification
from chassis.storage.migrations import migrate
from chassis.storage.postgres import Pool, database
from dev.stack.stack import Stack
from ketuk_events.catalogue import Delivery
from ketuk_events.events import Wire
from reader_gateway.tap.tap import new_tap_id
from verification.decisions import store as decisions
from verification.decisions.months import month_of
from verification.decisions.partitions import Keeping
from verification.decisions.store import Decision

KEPT, PERSONS_KEPT = timedelta(days=60), timedelta(days=35)


def _migration() -> ModuleType:
    versions = Path(verification.__file__ or "").parent / "migrations" / "versions"
    (file,) = versions.glob("*_decisions_by_month.py")
    return import_module(f"verification.migrations.versions.{file.stem}")


def decision(began: datetime, *, said: bytes = b"{}", tap: str | None = None) -> Decision:
    """On a tap that began then."""
    wire = Wire(message_id=str(uuid4()), routing_key="x", headers={}, body=said, delivery=Delivery.WORK)
    tap = tap or str(new_tap_id(began))
    return Decision(region="3372", gateway="kelurahan-jebres", tap=tap, digest=b"", wire=wire)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The database, as a test speaks to it."""

    pool: Pool

    async def store(self, *made: Decision) -> list[bytes]:
        """Store; what stands now, in the order of what was to be stored."""
        async with self.pool.acquire() as connection:
            stands = await decisions.store(connection, made)
        return [stands[each.key].wire.body for each in made]

    async def looks(self, now: datetime) -> bool:
        """What a replica does at that moment."""
        return await Keeping(pool=self.pool, clock=lambda: now, kept=KEPT, persons_kept=PERSONS_KEPT).look()

    async def as_before_months(self) -> None:
        """One table, as the first migration made it."""
        await self.pool.execute(
            """
            CREATE TABLE one (LIKE decisions INCLUDING ALL);
            DROP TABLE decisions, decisions_kept;
            ALTER TABLE one RENAME TO decisions;
            ALTER INDEX one_pkey RENAME TO decisions_pkey;
            """
        )

    async def migrate(self) -> None:
        """As the migration does that brings the months."""
        await self.pool.execute(_migration().SQL)

    async def where(self) -> dict[str, int]:
        """How many decisions each part holds; those that hold none as well."""
        names = await self.pool.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'decisions~_%' ESCAPE '~'"
            " AND relname <> 'decisions_kept' ORDER BY relname"
        )
        return {
            name: await self.pool.fetchval(f"SELECT count(*) FROM {name}")  # noqa: S608  a name of the catalogue
            for (name,) in names
        }


def template(stack: Stack) -> str:
    """An empty database of verification's shape, to copy; its name."""
    name = f"keeping_{uuid4().hex[:8]}"

    async def make() -> None:
        admin = await asyncpg.connect(stack.postgres.url("postgres"))
        await admin.execute(f"CREATE DATABASE {name} OWNER verification")
        await admin.close()
        await migrate(service="verification", url=stack.postgres.url("verification", name))

    asyncio.run(make())
    return name


@asynccontextmanager
async def kept(stack: Stack, *, like: str, since: datetime) -> AsyncIterator[Kept]:
    """A copy of a database, as if verification had begun at that moment."""
    name = f"keeping_{uuid4().hex[:8]}"
    admin = await asyncpg.connect(stack.postgres.url("postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {name} OWNER verification TEMPLATE {like}")
        async with database(stack.postgres.url("verification", name), name="test") as pool:
            await pool.execute("UPDATE decisions_kept SET began = $1, since = $1", month_of(since))
            yield Kept(pool=pool)
        await admin.execute(f"DROP DATABASE {name}")
    finally:
        await admin.close()
