"""The audit log: added to under a lock on its head, read in its order."""

import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from chassis.storage.postgres import Connection
from registry.audit.chain import Details, Entry, Outcome
from registry.kit.hash_chain import Head

_READ = """
    SELECT log.position, recorded, event, actor, outcome, commitment, erased, hash,
        salt, whose, origin, reason, because
    FROM audit_log AS log LEFT JOIN audit_details USING (position)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """What is to be added."""

    event: str
    actor: str
    outcome: Outcome
    whose: str | None
    origin: str
    reason: str | None = None
    because: str | None = None
    erased: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """One entry as it is shown. Without an origin its details were erased."""

    position: int
    recorded: datetime
    event: str
    actor: str
    outcome: str
    whose: str | None
    origin: str | None
    reason: str | None
    because: str | None
    erased: list[int]


async def add(connection: Connection, happened: Sequence[Happened]) -> None:
    """Add entries in the caller's transaction, as its last step: all others wait for it from here on."""
    row = await connection.fetchrow("SELECT position, hash FROM audit_head FOR UPDATE")
    if row is None:
        raise RuntimeError("the audit log has no head")
    position, before = row["position"], row["hash"]
    entries, beside = [], []
    for each in happened:
        position += 1
        details = Details(
            salt=secrets.token_bytes(16),
            whose=each.whose,
            origin=each.origin,
            reason=each.reason,
            because=each.because,
        )
        entry = Entry(
            position=position,
            recorded=datetime.now(UTC),
            event=each.event,
            actor=each.actor,
            outcome=each.outcome,
            commitment=details.commitment(),
            erased=each.erased,
        )
        before = entry.hash(before)
        entries.append(
            (position, entry.recorded, entry.event, entry.actor, entry.outcome, entry.commitment,
             list(entry.erased), before)
        )  # fmt: skip
        beside.append(
            (position, details.salt, details.whose, details.origin, details.reason, details.because)
        )
    await connection.copy_records_to_table("audit_log", records=entries)
    await connection.copy_records_to_table("audit_details", records=beside)
    await connection.execute("UPDATE audit_head SET position = $1, hash = $2", position, before)


async def hold(connection: Connection) -> None:
    """Let nobody else add an entry until the transaction ends."""
    await connection.execute("SELECT FROM audit_head FOR UPDATE")


async def head(connection: Connection) -> Head:
    """Where the log ends."""
    row = await connection.fetchrow("SELECT position, hash FROM audit_head")
    return Head(position=0, hash=b"") if row is None else Head(position=row["position"], hash=row["hash"])


async def links(connection: Connection) -> AsyncIterator[tuple[Entry, bytes, Details | None]]:
    """The whole log in its order, with the hashes that are stored; needs a transaction."""
    async for row in connection.cursor(f"{_READ} ORDER BY log.position", prefetch=1000):
        yield _entry(row), row["hash"], _details(row)


async def page(
    connection: Connection,
    *,
    after: int,
    limit: int,
    whose: Sequence[str] | None,
    actor: str | None,
    event: str | None,
) -> list[Recorded]:
    """Entries after a position, oldest first; `whose` names one of several."""
    rows = await connection.fetch(
        f"""
        {_READ} WHERE log.position > $1 AND ($3::text[] IS NULL OR whose = ANY($3))
            AND ($4::text IS NULL OR actor = $4) AND ($5::text IS NULL OR event = $5)
        ORDER BY log.position LIMIT $2
        """,
        after,
        limit,
        whose,
        actor,
        event,
    )
    names = Recorded.__dataclass_fields__
    return [Recorded(**{name: row[name] for name in names}) for row in rows]


async def erase(connection: Connection, whose: Sequence[str]) -> tuple[int, ...]:
    """Remove what is personal in all entries about somebody; returns their positions, to be said in one."""
    rows = await connection.fetch("DELETE FROM audit_details WHERE whose = ANY($1) RETURNING position", whose)
    return tuple(sorted(row["position"] for row in rows))


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        position=row["position"],
        recorded=row["recorded"].astimezone(UTC),
        event=row["event"],
        actor=row["actor"],
        outcome=row["outcome"],
        commitment=row["commitment"],
        erased=tuple(row["erased"]),
    )


def _details(row: asyncpg.Record) -> Details | None:
    if row["salt"] is None:
        return None
    return Details(
        salt=row["salt"],
        whose=row["whose"],
        origin=row["origin"],
        reason=row["reason"],
        because=row["because"],
    )
