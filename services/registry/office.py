"""Where commands are carried out: one transaction each, with what is to be said of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from msgspec import Struct

from chassis.postgres import Connection, Pool, PostgresOutbox
from ketuk_events.catalogue import Kind
from ketuk_events.events import event, to_wire


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """What every command needs."""

    pool: Pool
    outbox: PostgresOutbox
    region: str

    @asynccontextmanager
    async def deciding(self) -> AsyncIterator[Connection]:
        """One transaction; what was announced in it is sent once it is committed."""
        async with self.pool.acquire() as connection, connection.transaction():
            yield connection
        self.outbox.added.set()

    async def announce(self, connection: Connection, kind: Kind, *data: Struct, owner: str) -> None:
        """Say something to the other services in this transaction; `owner` is the party concerned."""
        now = datetime.now(UTC)
        await self.outbox.add(
            connection,
            [
                to_wire(
                    event(
                        kind,
                        each,
                        event_id=uuid4(),
                        region=self.region,
                        source="registry",
                        owner=owner,
                        time=now,
                    )
                )
                for each in data
            ],
        )
