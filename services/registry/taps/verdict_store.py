"""Which verdicts have had their effects."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.storage.postgres import Connection


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is known of a batch of verdicts."""

    digests: dict[UUID, bytes]
    """Of the body that had the effects, for each verdict."""
    first_seen: frozenset[UUID]
    """Those that this transaction is the first to see."""


async def remember(connection: Connection, verdicts: Sequence[tuple[UUID, bytes]]) -> Remembered:
    """Take note of verdicts (id, digest); one that is known keeps the digest that it has.

    Waits for a transaction that is just taking note of the same ones.
    """
    ids = [event_id for event_id, _ in verdicts]
    fresh = await connection.fetch(
        """
        INSERT INTO verdicts (event_id, digest)
        SELECT * FROM unnest($1::uuid[], $2::bytea[]) AS given (event_id, digest) ORDER BY event_id
        ON CONFLICT DO NOTHING RETURNING event_id
        """,
        ids,
        [digest for _, digest in verdicts],
    )
    rows = await connection.fetch("SELECT event_id, digest FROM verdicts WHERE event_id = ANY($1)", ids)
    return Remembered(
        digests={row["event_id"]: row["digest"] for row in rows},
        first_seen=frozenset(row["event_id"] for row in fresh),
    )
