"""Rebuilding the projection: a fresh or emptied database asks the registry for everything.

Until the last part of an answer is there nothing is judged: what is not known yet must not be called unknown.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import structlog

from chassis.runtime.failure_reasons import Unfit
from chassis.runtime.health import Pulse
from chassis.runtime.process import pause
from chassis.runtime.retry import persist
from chassis.storage.postgres import Connection, Pool, PostgresOutbox
from ketuk_events.catalogue import SNAPSHOT_REQUESTED
from ketuk_events.events import event, to_wire
from ketuk_events.projection import SnapshotRequested
from verification.projection.store import WAITS, is_whole

ASK_AGAIN = timedelta(minutes=1)
LOOK_SECONDS = 2.0


class Rebuilding:
    """Looks whether the projection is whole, and asks while it is not."""

    def __init__(self, *, pool: Pool, outbox: PostgresOutbox, region: str, name: str) -> None:
        self._pool = pool
        self._outbox = outbox
        self._region = region
        self._name = name
        self._log = structlog.get_logger(part="projection")
        self.pulse = Pulse()

    async def until_whole(self) -> None:
        """Return where the projection is whole. Raises Unfit, which passes by itself, where it is not."""
        async with self._pool.acquire() as connection:
            if not await is_whole(connection):
                raise Unfit(WAITS)

    async def run(self, stopping: asyncio.Event) -> None:
        """Look and ask until told to stop."""

        async def look() -> None:
            while not stopping.is_set():
                async with self._pool.acquire() as connection, connection.transaction():
                    whole = await is_whole(connection)
                    if not whole:
                        await self._ask(connection)
                if whole:
                    self.pulse.up()
                else:
                    self.pulse.down(WAITS)
                    self._outbox.added.set()
                await pause(LOOK_SECONDS, stopping=stopping)

        await persist(look, name="rebuilding", stopping=stopping, pulse=self.pulse)

    async def _ask(self, connection: Connection) -> None:
        """Ask, unless this or another process did a moment ago."""
        asked, now = uuid4(), datetime.now(UTC)
        # one process at a time, so that replicas that start together ask once
        await connection.execute("LOCK TABLE snapshot_requests IN EXCLUSIVE MODE")
        if await connection.fetchval(
            "SELECT EXISTS (SELECT 1 FROM snapshot_requests WHERE at > now() - $1::interval)", ASK_AGAIN
        ):
            return
        await connection.execute("INSERT INTO snapshot_requests (asked) VALUES ($1)", asked)
        request = event(
            SNAPSHOT_REQUESTED,
            SnapshotRequested(asked_by=self._name),
            event_id=asked,
            region=self._region,
            source=self._name,
            owner=self._name,
            time=now,
        )
        await self._outbox.add(connection, [to_wire(request)])
        self._log.info("asks for a snapshot", request=str(asked))
