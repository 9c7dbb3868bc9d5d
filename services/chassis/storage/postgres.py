"""PostgreSQL: a pool that waits for its database, and the outbox table."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
import msgspec
from asyncpg.connect_utils import SessionAttribute

from chassis.runtime.failure_reasons import Unfit
from chassis.storage.outbox import Backlog
from ketuk_events.catalogue import Delivery
from ketuk_events.events import Wire

# asyncpg's classes are generic to the type checker only, hence the quotes
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)

COMMAND_SECONDS = 30.0
"""How long a statement may take; one that is not answered by then has lost its connection."""
BUSY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
"""What asking for a lock comes to that others have, where it is given up rather than waited for."""


@asynccontextmanager
async def database(
    url: str, *, name: str, trust: ssl.SSLContext | None = None, size: int = 8
) -> AsyncIterator[Pool]:
    """A pool that opens a connection when one is needed, so that a service starts without its database.

    With `trust` the connection is by TLS, and the server must show a certificate for its name.
    Only a server that takes writes is used, also where the address names several.
    A connection goes to its next user as it is: set and lock nothing on it for longer than a transaction.
    Raises a transient failure (see `retry`) from its use while the database is away.
    """
    pool = asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        timeout=5,
        ssl=trust,
        command_timeout=COMMAND_SECONDS,
        server_settings={"application_name": name},
        reset=_left_as_it_is,
        target_session_attrs=SessionAttribute.read_write,
    )
    async with pool:
        yield pool


async def _left_as_it_is(_: Connection) -> None:
    """Without the round trip of asyncpg's own reset; it still ends an open transaction."""


async def ping(pool: Pool) -> None:
    """Return when the database answers and takes writes. Raises Unfit where it is read-only."""
    if await pool.fetchval("SELECT current_setting('transaction_read_only')", timeout=2) == "on":
        # a session keeps what it began with
        await pool.expire_connections()
        raise Unfit("it takes no writes: it is read-only")


class PostgresOutbox:
    """The table `outbox`, which each service that has one makes in its migrations.

    ```sql
    CREATE TABLE outbox (
        position     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        message_id   uuid NOT NULL UNIQUE,
        routing_key  text NOT NULL,
        headers      text NOT NULL,
        body         bytea NOT NULL,
        delivery     text NOT NULL,
        added        timestamptz NOT NULL DEFAULT now()
    )
    ```
    """

    def __init__(self, *, pool: Pool) -> None:
        self._pool = pool
        self.added = asyncio.Event()

    async def add(self, connection: Connection, wires: Sequence[Wire]) -> None:
        """Add messages in the caller's transaction; one whose id already waits is not added again.

        Set `added` once that transaction has been committed; a relay that is not told finds them within a
        second.
        """
        await connection.executemany(
            """
            INSERT INTO outbox (message_id, routing_key, headers, body, delivery)
            VALUES ($1::text::uuid, $2, $3, $4, $5) ON CONFLICT (message_id) DO NOTHING
            """,
            [
                (
                    wire.message_id,
                    wire.routing_key,
                    msgspec.json.encode(wire.headers).decode(),
                    wire.body,
                    wire.delivery.value,
                )
                for wire in wires
            ],
        )

    async def backlog(self) -> Backlog:
        """See `Outbox`."""
        row = await self._pool.fetchrow("SELECT count(*), now() - min(added) AS oldest FROM outbox")
        if row is None or row["oldest"] is None:
            return Backlog(waiting=0, oldest_seconds=0.0)
        return Backlog(waiting=row["count"], oldest_seconds=row["oldest"].total_seconds())

    @asynccontextmanager
    async def waiting(self, limit: int, *, but: Collection[str] = ()) -> AsyncIterator[list[Wire]]:
        """See `Outbox`. Other processes pass over the rows that this block holds."""
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                """
                SELECT message_id::text AS message_id, routing_key, headers, body, delivery
                FROM outbox WHERE routing_key <> ALL ($2::text[])
                ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED
                """,
                limit,
                list(but),
            )
            yield (wires := [_wire(row) for row in rows])
            await connection.execute(
                "DELETE FROM outbox WHERE message_id = ANY ($1::text[]::uuid[])",
                [wire.message_id for wire in wires],
            )


def _wire(row: asyncpg.Record) -> Wire:
    return Wire(
        message_id=row["message_id"],
        routing_key=row["routing_key"],
        headers=msgspec.json.decode(row["headers"], type=dict[str, str]),
        body=row["body"],
        delivery=Delivery(row["delivery"]),
    )
