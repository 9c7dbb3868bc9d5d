"""The disclosure log, from which each institution is told. A row is never changed but in how it fares."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.storage.postgres import Connection
from ketuk_events.catalogue import Delivery
from ketuk_events.events import Wire
from registry.disclosure.agency_event import CONTENT_TYPE, SIGNATURE
from registry.disclosure.disclosure_messages import Disclosure
from registry.disclosure.store import chain as disclosure_links


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How the disclosures to one institution fare."""

    institution: str
    waiting: int
    sent: int
    parked: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsettled:
    """What has not reached an institution."""

    institution: str
    waiting: int
    oldest_seconds: float
    parked: int


async def add(connection: Connection, disclosures: Sequence[Disclosure]) -> None:
    """Add to the log and to the chain of each institution; what is in it already stays as it is.

    It is the last step of the caller's transaction: whoever tells the same institutions waits from here on.
    """
    if not disclosures:
        return
    by_event = {each.wire.message_id: each for each in disclosures}
    heads = await disclosure_links.hold(connection, {each.institution for each in disclosures})
    rows = [
        (
            each.wire.message_id,
            each.institution,
            each.wire.routing_key,
            each.wire.headers[SIGNATURE],
            each.wire.body,
            each.traceparent,
        )
        for _, each in sorted(by_event.items())
    ]
    added = await connection.fetch(
        """
        INSERT INTO disclosures (event_id, institution, routing_key, signature, body, traceparent)
        SELECT event_id::uuid, institution, routing_key, signature, body, traceparent
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[])
            AS given (event_id, institution, routing_key, signature, body, traceparent)
        ON CONFLICT (event_id) DO NOTHING
        RETURNING event_id::text AS event_id, created
        """,
        *zip(*rows, strict=True),
    )
    await disclosure_links.add(
        connection, [(by_event[row["event_id"]], row["created"]) for row in added], heads=heads
    )


async def institutions_waiting(connection: Connection) -> list[str]:
    """Those for whom something waits."""
    rows = await connection.fetch(
        """
        SELECT institution FROM institutions
        WHERE EXISTS (
            SELECT FROM disclosures
            WHERE disclosures.institution = institutions.institution AND state = 'waiting'
        )
        """
    )
    return [row["institution"] for row in rows]


async def waiting(connection: Connection, institution: str, *, limit: int) -> list[tuple[Wire, str | None]]:
    """The oldest that wait for an institution, each with our own traceparent.

    They are held until the transaction ends; those that are held already are passed over.
    """
    rows = await connection.fetch(
        """
        SELECT event_id::text AS event_id, routing_key, signature, body, traceparent FROM disclosures
        WHERE institution = $1 AND state = 'waiting' ORDER BY position LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        institution,
        limit,
    )
    return [
        (
            Wire(
                message_id=row["event_id"],
                routing_key=row["routing_key"],
                headers={SIGNATURE: row["signature"]},
                body=row["body"],
                delivery=Delivery.WORK,
                content_type=CONTENT_TYPE,
            ),
            row["traceparent"],
        )
        for row in rows
    ]


async def sent(connection: Connection, event_ids: Sequence[str]) -> None:
    """Take note that the broker confirmed these."""
    await connection.execute(
        """
        UPDATE disclosures SET state = 'sent', settled = now()
        WHERE event_id = ANY($1::text[]::uuid[]) AND state = 'waiting'
        """,
        event_ids,
    )


async def park(connection: Connection, event_id: str, *, reason: str) -> None:
    """Take note that this one was refused for good."""
    await connection.execute(
        """
        UPDATE disclosures SET state = 'parked', settled = now(), reason = $2
        WHERE event_id = $1::text::uuid AND state = 'waiting'
        """,
        event_id,
        reason,
    )


async def remove(connection: Connection) -> int:
    """Remove a part of what is past its time, which the database's own function knows; returns how many."""
    return int(await connection.fetchval("SELECT remove_disclosures_past_their_time()"))


async def unsettled(connection: Connection) -> list[Unsettled]:
    """What waits or is parked, for each institution that has an agreement."""
    rows = await connection.fetch(
        """
        SELECT told.institution,
            count(*) FILTER (WHERE state = 'waiting') AS waiting,
            coalesce(extract(epoch FROM now() - min(created) FILTER (WHERE state = 'waiting')), 0)::float8
                AS oldest_seconds,
            count(*) FILTER (WHERE state = 'parked') AS parked
        FROM (SELECT DISTINCT institution FROM agreements) AS told
        LEFT JOIN disclosures ON disclosures.institution = told.institution AND state <> 'sent'
        GROUP BY told.institution
        """
    )
    return [Unsettled(**row) for row in rows]


async def counts(connection: Connection) -> list[Counts]:
    """How the disclosures fare, by institution."""
    rows = await connection.fetch(
        """
        SELECT institution,
            count(*) FILTER (WHERE state = 'waiting') AS waiting,
            count(*) FILTER (WHERE state = 'sent') AS sent,
            count(*) FILTER (WHERE state = 'parked') AS parked
        FROM disclosures GROUP BY institution ORDER BY institution
        """
    )
    return [Counts(**row) for row in rows]
