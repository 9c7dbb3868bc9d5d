"""Cards, by keyed hash: status and version, and how they came to it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

import asyncpg
from msgspec import Struct

from chassis.storage.postgres import Connection
from ketuk_events.projection import CardStatusChanged
from registry.pseudonyms.card_refs import holder_ref


class CardVersion(Struct, frozen=True, kw_only=True):
    """One line of a card's history."""

    version: int
    status: str
    since: datetime
    place: str | None
    officer: str | None
    """Who saw to it; None where a list of cards was recorded."""


async def record(
    connection: Connection,
    statuses: Mapping[str, str],
    *,
    place: str | None = None,
    officer: str | None = None,
) -> list[CardStatusChanged]:
    """Set the status of cards, given by card_ref; returns those that changed, each with its new version.

    Raises UniqueViolationError where the holder of a card has another that is active.
    """
    rows = await connection.fetch(
        """
        WITH changed AS (
            INSERT INTO cards (card_ref, status, version)
            SELECT decode(card_ref, 'hex'), status, 1
            FROM unnest($1::text[], $2::text[]) AS given (card_ref, status) ORDER BY card_ref
            ON CONFLICT (card_ref) DO UPDATE SET status = excluded.status, version = cards.version + 1
            WHERE cards.status <> excluded.status
            RETURNING card_ref, status, version
        ), kept AS (
            INSERT INTO card_history (card_ref, version, status, place, officer)
            SELECT card_ref, version, status, $3, $4 FROM changed
        )
        SELECT encode(card_ref, 'hex') AS card_ref, status, version FROM changed
        """,
        list(statuses.keys()),
        list(statuses.values()),
        place,
        officer,
    )
    return [CardStatusChanged(**row) for row in rows]


async def named(connection: Connection, refs: list[str]) -> dict[str, CardStatusChanged]:
    """The cards of these references, as far as they are known."""
    rows = await connection.fetch(
        """
        SELECT encode(card_ref, 'hex') AS card_ref, status, version FROM cards
        WHERE card_ref IN (SELECT decode(ref, 'hex') FROM unnest($1::text[]) AS ref)
        """,
        refs,
    )
    return {row["card_ref"]: CardStatusChanged(**row) for row in rows}


async def held(connection: Connection, refs: list[str]) -> dict[str, CardStatusChanged]:
    """The same, kept as they are by the transaction."""
    rows = await connection.fetch(
        """
        SELECT encode(card_ref, 'hex') AS card_ref, status, version FROM cards
        WHERE card_ref IN (SELECT decode(ref, 'hex') FROM unnest($1::text[]) AS ref)
        ORDER BY cards.card_ref FOR UPDATE
        """,
        refs,
    )
    return {row["card_ref"]: CardStatusChanged(**row) for row in rows}


async def history(connection: Connection, ref: str) -> list[CardVersion]:
    """What became of a card, from its issue on."""
    rows = await connection.fetch(
        """
        SELECT version, status, since, place, officer FROM card_history
        WHERE card_ref = decode($1, 'hex') ORDER BY version
        """,
        ref,
    )
    return [CardVersion(**row) for row in rows]


async def give(connection: Connection, ref: str, *, resident: int) -> None:
    """Say whose a card is. Raises UniqueViolationError where it is active and another of theirs as well."""
    await connection.execute(
        "UPDATE cards SET resident = $2 WHERE card_ref = decode($1, 'hex')", ref, resident
    )


async def untold(connection: Connection, *, limit: int) -> list[str]:
    """Cards of which nobody was told whose they are, held until the transaction ends."""
    rows = await connection.fetch(
        """
        SELECT encode(card_ref, 'hex') AS card_ref FROM cards WHERE resident IS NOT NULL AND NOT holder_told
        LIMIT $1 FOR UPDATE SKIP LOCKED
        """,
        limit,
    )
    return [row["card_ref"] for row in rows]


async def count_holders(connection: Connection, refs: Sequence[str]) -> None:
    """Give these a new version, in which it is told whose they are; the history has none for it."""
    await connection.execute(
        """
        UPDATE cards SET version = version + 1, holder_told = true
        WHERE card_ref IN (SELECT decode(ref, 'hex') FROM unnest($1::text[]) AS ref)
        """,
        refs,
    )


async def announced(
    connection: Connection, refs: Sequence[str], *, holder_key: bytes
) -> list[CardStatusChanged]:
    """The cards of these references as others are told of them."""
    rows = await connection.fetch(
        """
        SELECT encode(card_ref, 'hex') AS card_ref, status, version, nik
        FROM cards LEFT JOIN residents USING (resident)
        WHERE card_ref IN (SELECT decode(ref, 'hex') FROM unnest($1::text[]) AS ref) ORDER BY cards.card_ref
        """,
        refs,
    )
    return [_announced(row, holder_key=holder_key) for row in rows]


async def holder(connection: Connection, ref: str) -> int | None:
    """Whose a card is, as far as the registry knows."""
    found: int | None = await connection.fetchval(
        "SELECT resident FROM cards WHERE card_ref = decode($1, 'hex')", ref
    )
    return found


async def all_cards(
    connection: Connection, *, chunk: int, holder_key: bytes
) -> AsyncIterator[tuple[CardStatusChanged, ...]]:
    """Every card as others are told of it, `chunk` at a time; within a transaction."""
    cursor = await connection.cursor(
        """
        SELECT encode(card_ref, 'hex') AS card_ref, status, version, nik
        FROM cards LEFT JOIN residents USING (resident) ORDER BY cards.card_ref
        """
    )
    while rows := await cursor.fetch(chunk):
        yield tuple(_announced(row, holder_key=holder_key) for row in rows)


def _announced(row: asyncpg.Record, *, holder_key: bytes) -> CardStatusChanged:
    return CardStatusChanged(
        card_ref=row["card_ref"],
        status=row["status"],
        version=row["version"],
        holder=None if row["nik"] is None else holder_ref(row["nik"], key=holder_key),
    )
