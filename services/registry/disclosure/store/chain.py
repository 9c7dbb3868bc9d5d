"""The chain of what each institution was told: added to under a lock on its head, read in its order."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from chassis.runtime.failure_reasons import Unfit
from chassis.storage.postgres import Connection
from registry.disclosure.agency_event import SIGNATURE
from registry.disclosure.chain import Link, commitment
from registry.disclosure.disclosure_messages import Disclosure
from registry.kit.hash_chain import NOTHING_BEFORE, Head


async def hold(connection: Connection, institutions: Collection[str]) -> Mapping[str, Head]:
    """Let nobody else tell these institutions anything until the transaction ends; where each chain ends."""
    names = sorted(institutions)
    # in one order, and none before all are there, or two could wait for each other
    held = """
        SELECT institution, position, hash FROM disclosure_heads
        WHERE institution = ANY($1)
            AND (SELECT count(*) FROM disclosure_heads WHERE institution = ANY($1)) = cardinality($1)
        ORDER BY institution FOR UPDATE
    """
    rows = await connection.fetch(held, names)
    if not rows:
        # a chain whose head is gone goes on from its last link
        await connection.execute(
            """
            INSERT INTO disclosure_heads (institution, position, hash)
            SELECT name, coalesce(last.position, 0), coalesce(last.hash, $2)
            FROM unnest($1::text[]) AS named (name)
            LEFT JOIN LATERAL (
                SELECT position, hash FROM disclosure_links
                WHERE institution = name ORDER BY position DESC LIMIT 1
            ) AS last ON true
            ORDER BY name
            ON CONFLICT (institution) DO NOTHING
            """,
            names,
            NOTHING_BEFORE,
        )
        rows = await connection.fetch(held, names)
    return {row["institution"]: Head(position=row["position"], hash=row["hash"]) for row in rows}


async def add(
    connection: Connection, told: Sequence[tuple[Disclosure, datetime]], *, heads: Mapping[str, Head]
) -> None:
    """Add disclosures that were written at these times; `heads` are held.

    Raises:
        Unfit: a head is not where its chain ends. It is no message's fault: nothing is told until it is.
    """
    ends, rows = dict(heads), []
    for disclosure, when in told:
        before = ends[disclosure.institution]
        link = Link(
            position=before.position + 1,
            event_id=UUID(disclosure.wire.message_id),
            told=when.astimezone(UTC),
            commitment=commitment(
                routing_key=disclosure.wire.routing_key,
                signature=disclosure.wire.headers[SIGNATURE],
                body=disclosure.wire.body,
            ),
        )
        end = Head(position=link.position, hash=link.hash(before.hash))
        ends[disclosure.institution] = end
        rows.append(
            (disclosure.institution, link.position, link.event_id, link.told, link.commitment, end.hash)
        )
    if not rows:
        return
    try:
        await connection.copy_records_to_table("disclosure_links", records=rows)
    except asyncpg.UniqueViolationError:
        names = ", ".join(sorted(ends))
        raise Unfit(f"what was told does not end where disclosure_heads says, for one of {names}") from None
    await connection.execute(
        """
        UPDATE disclosure_heads AS head SET position = given.position, hash = given.hash
        FROM unnest($1::text[], $2::bigint[], $3::bytea[]) AS given (institution, position, hash)
        WHERE head.institution = given.institution
        """,
        list(ends),
        [end.position for end in ends.values()],
        [end.hash for end in ends.values()],
    )


async def head(connection: Connection, institution: str) -> Head:
    """Where the chain of an institution ends."""
    row = await connection.fetchrow(
        "SELECT position, hash FROM disclosure_heads WHERE institution = $1", institution
    )
    if row is None:
        return Head(position=0, hash=NOTHING_BEFORE)
    return Head(position=row["position"], hash=row["hash"])


async def links(connection: Connection, institution: str) -> AsyncIterator[tuple[Link, bytes, bytes | None]]:
    """The chain of an institution in its order; needs a transaction.

    Yields:
        The link, the hash that is stored with it, and the commitment to the disclosure as it stands now (None
        where it is gone).
    """
    async for row in connection.cursor(
        """
        SELECT link.position, link.event_id, link.told, link.commitment, link.hash,
            stands.institution IS NOT NULL AS stands, stands.routing_key, stands.signature, stands.body
        FROM disclosure_links AS link LEFT JOIN disclosures AS stands USING (event_id, institution)
        WHERE institution = $1 ORDER BY link.position
        """,
        institution,
        prefetch=1000,
    ):
        link = Link(
            position=row["position"],
            event_id=row["event_id"],
            told=row["told"].astimezone(UTC),
            commitment=row["commitment"],
        )
        stands = (
            commitment(routing_key=row["routing_key"], signature=row["signature"], body=row["body"])
            if row["stands"]
            else None
        )
        yield link, row["hash"], stands


async def stand(connection: Connection, institution: str) -> int:
    """How many disclosures to an institution there are, in its chain or not."""
    return int(
        await connection.fetchval("SELECT count(*) FROM disclosures WHERE institution = $1", institution)
    )
