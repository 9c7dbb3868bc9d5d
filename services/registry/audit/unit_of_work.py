"""Where commands are carried out: one transaction each, with what is to be said of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from msgspec import Struct

from chassis.storage.postgres import Connection, Pool, PostgresOutbox
from ketuk_events.catalogue import Kind
from ketuk_events.events import event, to_wire
from registry.audit import idempotency_keys as kept_answers
from registry.audit import refused_requests_store as refused_requests
from registry.audit import store as audit
from registry.audit.events import AuditEvent
from registry.audit.request_context import Act, doing
from registry.kit.errors import DoneBefore


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """What every command needs."""

    pool: Pool
    outbox: PostgresOutbox
    region: str
    card_ref_key: bytes
    """Names cards and their holders to others."""

    @asynccontextmanager
    async def deciding(self) -> AsyncIterator[Connection]:
        """One transaction; what was announced in it is sent once it is committed.

        Raises DoneBefore where it is a repeat, and Unfit where `If-Match` was given for what has no version.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            act = doing.get()
            if (
                act is not None
                and act.key is not None
                and not await kept_answers.begin(connection, actor=act.actor, key=act.key)
            ):
                raise DoneBefore("this was carried out, or is just being; its answer is not told again")
            yield connection
            if act is not None:
                act.must_have_compared()
                await self.record(connection, act, refused=act.refused)
        self.outbox.added.set()

    @staticmethod
    async def record(connection: Connection, act: Act, *, refused: str | None = None) -> None:
        """Put an act into the audit log, as the last step of a transaction."""
        event = act.event if refused is None else act.event or AuditEvent.REFUSED
        if event is None:
            return
        if refused is not None and act.counted:
            (whose,) = act.whose or ("",)
            await refused_requests.count(
                connection, event=event, whose=whose, origin=act.origin, because=refused
            )
            act.recorded = True
            return
        await audit.add(
            connection,
            [
                audit.Happened(
                    event=event.value,
                    actor=act.actor,
                    outcome="done" if refused is None else "refused",
                    whose=whose,
                    origin=act.origin,
                    reason=act.reason,
                    because=refused,
                    erased=act.erased if refused is None else (),
                )
                for whose in act.whose or (None,)
            ],
        )
        act.recorded = True

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
