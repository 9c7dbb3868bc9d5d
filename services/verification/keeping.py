"""Keeps decisions by the month of their taps: makes months ahead, drops those that are over.

Any number of replicas may run it. What it locks it locks for moments: it gives up a lock that it does not get
at once, and tries again a little later.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from chassis.health import Pulse
from chassis.life import pause
from chassis.patience import persist
from chassis.postgres import BUSY, Connection, Pool
from verification.months import first_id, month_after, month_of

AHEAD = timedelta(days=7)
"""So long before a month begins it is made."""
LOOK_SECONDS = 600.0
BUSY_SECONDS = 5.0
_LOCK = 0x6B657075
"""Key of the advisory lock under which one replica at a time makes and drops ("kepu")."""
_MONTH = "^decisions_[0-9]{4}_[0-9]{2}$"


class Keeping:
    """Makes and drops months.

    Args:
        pool: of verification's database.
        clock: what time it is.
        kept: for how long decisions are kept; whole months are dropped, so up to a month longer.
    """

    def __init__(self, *, pool: Pool, clock: Callable[[], datetime], kept: timedelta) -> None:
        self._pool = pool
        self._clock = clock
        self._kept = kept
        self._log = structlog.get_logger(part="keeping")
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Look every ten minutes until told to stop."""

        async def looking() -> None:
            while not stopping.is_set():
                done = await self.look()
                self.pulse.up()
                await pause(LOOK_SECONDS if done else BUSY_SECONDS, stopping=stopping)

        await persist(looking, name="keeping", stopping=stopping, pulse=self.pulse)

    async def look(self) -> bool:
        """Make what is missing, drop what is over; whether it came to it, for others may stand in the way."""
        now = self._clock()
        async with self._pool.acquire() as connection:
            try:
                for month in sorted({month_of(now), month_of(now + AHEAD)}):
                    await self._make(connection, month)
                await self._let_go(connection, month_of(now - self._kept))
                await self._remove(connection, before=now - self._kept)
            except BUSY as busy:
                self._log.info("tries again", because=type(busy).__name__)
                return False
        return True

    async def _make(self, connection: Connection, month: datetime) -> None:
        name, begin, end = _name(month), first_id(month), first_id(month_after(month))
        async with connection.transaction():
            await _alone(connection)
            if name in await _attached(connection):
                return
            # What came before its month was made lies elsewhen and moves. Who stores meanwhile waits here,
            # before it looks where to: one that waited at decisions_elsewhen would be refused there.
            await connection.execute("LOCK TABLE ONLY decisions IN SHARE ROW EXCLUSIVE MODE")
            await connection.execute(f"CREATE TABLE {name} (LIKE decisions INCLUDING ALL)")
            moved = await connection.execute(
                f"""
                WITH moved AS (DELETE FROM decisions_elsewhen WHERE tap >= $1 AND tap < $2 RETURNING *)
                INSERT INTO {name} SELECT * FROM moved
                """,  # noqa: S608  a name made of a date
                begin,
                end,
            )
            await connection.execute(
                f"ALTER TABLE decisions ATTACH PARTITION {name} FOR VALUES FROM ('{begin}') TO ('{end}')"
            )
        self._log.info("made", month=name, moved=int(moved.rpartition(" ")[2]))

    async def _let_go(self, connection: Connection, horizon: datetime) -> None:
        """Say which months are gone and detach them, in one: no one sees the one without the other."""
        async with connection.transaction():
            await _alone(connection)
            # by the database's clock as well, or one replica whose clock is wrong would drop everything
            await connection.execute(
                """
                UPDATE decisions_kept SET since = horizon
                FROM (SELECT least($1, date_trunc('month', now() - $2::interval, 'UTC')) AS horizon) AS told
                WHERE since < horizon
                """,
                horizon,
                self._kept,
            )
            since = await connection.fetchval("SELECT since FROM decisions_kept")
            for name in await _attached(connection):
                if name < _name(since):
                    await connection.execute(f"ALTER TABLE decisions DETACH PARTITION {name}")

    async def _remove(self, connection: Connection, *, before: datetime) -> None:
        """What is detached is in nobody's way while it is removed, and may be left over from a crash."""
        async with connection.transaction():
            await _alone(connection)
            for name in await _detached(connection):
                await connection.execute(f"DROP TABLE {name}")
                self._log.info("dropped", month=name)
            # of clocks that were wrong; what claims to be of the future stays until its month has come
            await connection.execute(
                "DELETE FROM decisions_elsewhen WHERE judged < $1 AND tap < $2",
                before,
                first_id(await connection.fetchval("SELECT since FROM decisions_kept")),
            )


async def _alone(connection: Connection) -> None:
    await connection.execute("SET LOCAL lock_timeout = '1s'")
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)


async def _attached(connection: Connection) -> Sequence[str]:
    return [
        row["relname"]
        for row in await connection.fetch(
            """
            SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
            WHERE inhparent = 'decisions'::regclass AND relname ~ $1 ORDER BY relname
            """,
            _MONTH,
        )
    ]


async def _detached(connection: Connection) -> Sequence[str]:
    return [
        row["relname"]
        for row in await connection.fetch(
            """
            SELECT relname FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND NOT relispartition
              AND relname ~ $1
            ORDER BY relname
            """,
            _MONTH,
        )
    ]


def _name(month: datetime) -> str:
    return f"decisions_{month.astimezone(UTC):%Y_%m}"
