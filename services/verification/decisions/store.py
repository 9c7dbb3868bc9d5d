"""Decisions, kept by (gateway, tap): a redelivery finds the one that stands, and nothing replaces it.

The digest is of the evidence as opened, not of the message: sealed again it is still the same evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import Struct

from chassis.storage.postgres import Connection
from ketuk_events.catalogue import Delivery
from ketuk_events.events import Wire
from ketuk_events.tap_ids import milliseconds, told_by
from ketuk_events.taps import TapJudged


class Decision(Struct, frozen=True, kw_only=True):
    """What was decided on one tap, as the message that says so."""

    region: str
    gateway: str
    tap: str
    digest: bytes
    wire: Wire
    judged: TapJudged | None = None
    """What the message says, where it was decided here and now."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Whose tap it is."""
        return self.region, self.gateway, self.tap


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """The time whose decisions were kept and have been dropped.

    A tap from before `began` was never kept by its month: its gateway's clock is wrong; it is judged late.
    """

    began: datetime
    since: datetime
    """Decisions are kept from here on."""

    def covers(self, tap: str) -> bool:
        """Whether the tap may have been judged by a decision that is no more."""
        return milliseconds(self.began) <= told_by(tap) < milliseconds(self.since)


async def standing(
    connection: Connection, keys: Sequence[tuple[str, str, str]]
) -> tuple[dict[tuple[str, str, str], Decision], Gone]:
    """The decisions that stand for (region, gateway, tap), and at that same moment what is gone.

    So what was dropped before is gone, and what is dropped later was seen.
    """
    rows = await connection.fetch(
        """
        SELECT began, since, d.region, d.gateway, d.tap::text AS tap, digest, message_id::text AS message_id,
               routing_key, headers, body
        FROM decisions_kept LEFT JOIN (
            decisions AS d JOIN unnest($1::text[], $2::text[], $3::text[]) AS asked (region, gateway, tap)
              ON d.region = asked.region AND d.gateway = asked.gateway AND d.tap = asked.tap::uuid
        ) ON true
        """,
        [region for region, _, _ in keys],
        [gateway for _, gateway, _ in keys],
        [tap for _, _, tap in keys],
    )
    found = [
        Decision(
            region=row["region"],
            gateway=row["gateway"],
            tap=row["tap"],
            digest=row["digest"],
            wire=Wire(
                message_id=row["message_id"],
                routing_key=row["routing_key"],
                headers=msgspec.json.decode(row["headers"], type=dict[str, str]),
                body=row["body"],
                delivery=Delivery.WORK,
            ),
        )
        for row in rows
        if row["tap"] is not None
    ]
    kept = rows[0]
    return (
        {decision.key: decision for decision in found},
        Gone(began=kept["began"], since=kept["since"]),
    )


async def store(
    connection: Connection, decisions: Sequence[Decision]
) -> dict[tuple[str, str, str], Decision]:
    """Keep decisions, and return those that stand now.

    Where another process was faster its decision stands, and this one is dropped.
    """
    if not decisions:
        return {}
    ordered = sorted(decisions, key=lambda decision: decision.key)
    kept = await connection.fetch(
        """
        INSERT INTO decisions (region, gateway, tap, digest, message_id, routing_key, headers, body)
        SELECT region, gateway, tap::uuid, digest, message_id::uuid, routing_key, headers, body
        FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[],
                    $5::text[], $6::text[], $7::text[], $8::bytea[])
             AS new (region, gateway, tap, digest, message_id, routing_key, headers, body)
        ON CONFLICT DO NOTHING
        RETURNING region, gateway, tap::text
        """,
        [decision.region for decision in ordered],
        [decision.gateway for decision in ordered],
        [decision.tap for decision in ordered],
        [decision.digest for decision in ordered],
        [decision.wire.message_id for decision in ordered],
        [decision.wire.routing_key for decision in ordered],
        [msgspec.json.encode(decision.wire.headers).decode() for decision in ordered],
        [decision.wire.body for decision in ordered],
    )
    own = {tuple(row) for row in kept}
    stands = {decision.key: decision for decision in ordered if decision.key in own}
    others = [decision.key for decision in ordered if decision.key not in own]
    if others:
        # what was committed meanwhile is seen by the next statement (read committed)
        theirs, _ = await standing(connection, others)
        stands |= theirs
    return stands
