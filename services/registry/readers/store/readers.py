"""Readers and beats, as gateways tell of them; the higher (epoch, sequence) wins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.storage.postgres import Connection
from ketuk_events.readers import MOST_READERS, GatewayBeat, ReaderConnected, ReaderDisconnected, ReaderState

MOST_NAMES = 2 * MOST_READERS
"""Of readers that nobody ordered, for one gateway: what comes after them is not taken note of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """A reader as its gateway last told of it."""

    gateway: str
    reader: str
    model: str
    state: str
    sam: bool
    physical: bool
    connected: bool
    seen: datetime
    """When the registry last heard of it."""


async def lock(connection: Connection, *, region: str, gateway: str) -> None:
    """Let no other transaction write about this gateway; take the locks of several in their order."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{region}.{gateway}")


async def came_or_went(connection: Connection, told: ReaderConnected | ReaderDisconnected) -> None:
    """Take note that a reader came or went."""
    await _save(connection, (told.reader,), told, connected=isinstance(told, ReaderConnected))


async def beat(connection: Connection, told: GatewayBeat) -> None:
    """Take note of all that a gateway has; a reader that it no longer names is gone."""
    await connection.execute(
        """
        INSERT INTO beats (region, gateway, epoch, sequence, backlog, software)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (region, gateway) DO UPDATE SET (epoch, sequence, backlog, software, seen)
            = (excluded.epoch, excluded.sequence, excluded.backlog, excluded.software, now())
        WHERE (beats.epoch, beats.sequence) < (excluded.epoch, excluded.sequence)
        """,
        told.region,
        told.gateway,
        told.epoch,
        told.sequence,
        told.backlog,
        told.version,
    )
    await _save(connection, told.readers, told, connected=True)
    await connection.execute(
        """
        UPDATE readers SET connected = false, epoch = $3, sequence = $4
        WHERE region = $1 AND gateway = $2 AND NOT reader = ANY($5) AND (epoch, sequence) < ($3, $4)
        """,
        told.region,
        told.gateway,
        told.epoch,
        told.sequence,
        [reader.reader for reader in told.readers],
    )


async def all_readers(connection: Connection, *, region: str) -> list[Reader]:
    """Every reader of a region."""
    rows = await connection.fetch(
        """
        SELECT gateway, reader, model, state, sam, physical, connected, seen
        FROM readers WHERE region = $1 ORDER BY gateway, reader
        """,
        region,
    )
    return [Reader(**row) for row in rows]


async def _save(
    connection: Connection,
    states: Sequence[ReaderState],
    told: ReaderConnected | ReaderDisconnected | GatewayBeat,
    *,
    connected: bool,
) -> None:
    await connection.executemany(
        """
        INSERT INTO readers
            (region, gateway, reader, model, state, sam, physical, connected, epoch, sequence)
        SELECT $1, $2, $3, $4, $5, $6::boolean, $7::boolean, $8::boolean, $9::bigint, $10::bigint
        WHERE EXISTS (SELECT FROM readers WHERE (region, gateway, reader) = ($1, $2, $3))
           OR EXISTS (SELECT FROM reader_lives WHERE (gateway, reader) = ($2, $3))
           OR (SELECT count(*) FROM readers WHERE (region, gateway) = ($1, $2)) < $11
        ON CONFLICT (region, gateway, reader) DO UPDATE
        SET (model, state, sam, physical, connected, epoch, sequence, seen)
            = (excluded.model, excluded.state, excluded.sam, excluded.physical, excluded.connected,
               excluded.epoch, excluded.sequence, now())
        WHERE (readers.epoch, readers.sequence) < (excluded.epoch, excluded.sequence)
        """,
        [
            (
                told.region,
                told.gateway,
                state.reader,
                state.model,
                state.state,
                state.sam,
                state.physical,
                connected,
                told.epoch,
                told.sequence,
                MOST_NAMES,
            )
            for state in states
        ],
    )
