"""Keeps decisions by the month of their taps: makes months ahead, drops those that are over.

Long before that it takes out of a decision the person that is sealed in it for the registry.

Any number of replicas may run it. What it locks it locks for moments: it gives up a lock that it does not get
at once, and tries again a little later.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import structlog

from chassis.runtime.health import Pulse
from chassis.runtime.process import pause
from chassis.runtime.retry import persist
from chassis.storage.postgres import BUSY, Connection, Pool
from ketuk_events.tap_ids import first_id
from verification.decisions.months import month_after, month_of

AHEAD = timedelta(days=7)
"""So long before a month begins it is made."""
LOOK_SECONDS = 600.0
BUSY_SECONDS = 5.0
_LOCK = 0x6B657075
"""Key of the advisory lock under which one replica at a time makes and drops ("kepu")."""
_PERSONS_AT_ONCE = timedelta(days=1)
_ROWS = 1000
_PERSON = "person"
"""Of `TapJudged`."""
_MONTH = "^decisions_[0-9]{4}_[0-9]{2}$"


class Keeping:
    """Makes and drops months.

    Args:
        pool: of verification's database.
        clock: what time it is.
        kept: for how long decisions are kept; whole months are dropped, so up to a month longer.
        persons_kept: for how long the person in one is.
    """

    def __init__(
        self, *, pool: Pool, clock: Callable[[], datetime], kept: timedelta, persons_kept: timedelta
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._kept = kept
        self._persons_kept = persons_kept
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
        """Make what is missing, drop what is over.

        Returns whether all is done: others may stand in the way, and of persons each look takes a day's.
        """
        now = self._clock()
        async with self._pool.acquire() as connection:
            try:
                for month in sorted({month_of(now), month_of(now + AHEAD)}):
                    await self._make(connection, month)
                await self._let_go(connection, month_of(now - self._kept))
                await self._remove(connection, before=now - self._kept)
                return await self._drop_persons(connection, before=now - self._persons_kept)
            except BUSY as busy:
                self._log.info("tries again", because=type(busy).__name__)
                return False

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

    async def _drop_persons(self, connection: Connection, *, before: datetime) -> bool:
        """Take the person out of a part of the decisions that are older; whether none is left to look at."""
        async with connection.transaction():
            await _alone(connection)
            # by the database's clock as well, for what is taken out does not come back
            row = await connection.fetchrow(
                "SELECT until, least($1, now() - $2::interval) AS before FROM persons_dropped",
                before,
                self._persons_kept,
            )
            if row is None or row["until"] >= row["before"]:
                return True
            until = min(row["until"] + _PERSONS_AT_ONCE, row["before"])
            dropped = 0
            rows = await connection.cursor(
                """
                SELECT region, gateway, tap, body FROM decisions
                WHERE judged >= $1 AND judged < $2 AND position($3::bytea IN body) > 0
                """,
                row["until"],
                until,
                f'"{_PERSON}":'.encode(),
            )
            while part := await rows.fetch(_ROWS):
                await connection.executemany(
                    "UPDATE decisions SET body = $4 WHERE region = $1 AND gateway = $2 AND tap = $3",
                    [
                        (each["region"], each["gateway"], each["tap"], _without_person(each["body"]))
                        for each in part
                    ],
                )
                dropped += len(part)
            await connection.execute("UPDATE persons_dropped SET until = $1", until)
        if dropped:
            self._log.info("dropped persons", decisions=dropped)
        return bool(until >= row["before"])


def _without_person(body: bytes) -> bytes:
    """The same verdict without its person, all else byte for byte."""
    said = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    said.pop(_PERSON, None)
    return msgspec.json.encode(said)


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
