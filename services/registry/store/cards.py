"""Cards, by keyed hash: status and version."""

from collections.abc import AsyncIterator, Mapping

from chassis.postgres import Connection
from ketuk_events.projection import CardStatusChanged


async def record(connection: Connection, statuses: Mapping[str, str]) -> list[CardStatusChanged]:
    """Set the status of cards, given by card_ref; returns those that changed, each with its new version."""
    rows = await connection.fetch(
        """
        INSERT INTO cards (card_ref, status, version)
        SELECT decode(card_ref, 'hex'), status, 1
        FROM unnest($1::text[], $2::text[]) AS given (card_ref, status) ORDER BY card_ref
        ON CONFLICT (card_ref) DO UPDATE SET status = excluded.status, version = cards.version + 1
        WHERE cards.status <> excluded.status
        RETURNING encode(card_ref, 'hex') AS card_ref, status, version
        """,
        list(statuses.keys()),
        list(statuses.values()),
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


async def all_cards(connection: Connection, *, chunk: int) -> AsyncIterator[tuple[CardStatusChanged, ...]]:
    """Every card, `chunk` at a time; within a transaction."""
    cursor = await connection.cursor(
        """
        SELECT encode(card_ref, 'hex') AS card_ref, status, version
        FROM cards ORDER BY cards.card_ref
        """
    )
    while rows := await cursor.fetch(chunk):
        yield tuple(CardStatusChanged(**row) for row in rows)
