"""The projection: verification's copy of the registry's state. The higher version wins, in any order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from chassis.runtime.failure_reasons import Unfit
from chassis.storage.postgres import Connection
from ketuk_events.projection import (
    CardStatusChanged,
    GatewayApproved,
    GatewaySuspended,
    KeyPublished,
    PurposesChanged,
    SnapshotPart,
)
from verification.evidence.card_signature import Issuers, issuers
from verification.rules.case import KnownCard, KnownGateway, Rules
from verification.rules.default_purposes import DEFAULT

Change = CardStatusChanged | GatewayApproved | GatewaySuspended | KeyPublished | PurposesChanged


@dataclass(frozen=True, kw_only=True, slots=True)
class Knowledge:
    """What the projection says for one batch."""

    gateways: dict[str, KnownGateway]
    """By `<region>.<gateway>`."""
    rules: Rules
    version: int
    keys: tuple[KeyPublished, ...] = ()
    """All that were published; the same object until one changes."""

    @property
    def issuers(self) -> Issuers:
        """The issuers' public keys that count, each with its validity."""
        return issuers(self.keys)


def parts_of(snapshot: SnapshotPart) -> Iterable[Change]:
    """The changes that a part of a snapshot amounts to."""
    yield from snapshot.cards
    yield from snapshot.approved
    yield from snapshot.suspended
    if snapshot.purposes is not None:
        yield snapshot.purposes
    yield from snapshot.keys


async def apply(connection: Connection, changes: Sequence[Change]) -> None:
    """Take changes in. Rows are sorted, for overlapping batches of two processes would deadlock otherwise."""
    told = newest(
        [each for each in changes if isinstance(each, CardStatusChanged)], lambda card: card.card_ref
    )
    await connection.executemany(
        """
        INSERT INTO cards (card_ref, status, version, holder)
        VALUES (decode($1, 'hex'), $2, $3, decode($4, 'hex'))
        ON CONFLICT (card_ref) DO UPDATE SET
            status = excluded.status, version = excluded.version, holder = excluded.holder
        WHERE cards.version < excluded.version
        """,
        [(card.card_ref, card.status, card.version, card.holder) for card in told],
    )
    gateways = newest(
        [each for each in changes if isinstance(each, GatewayApproved | GatewaySuspended)],
        lambda gateway: f"{gateway.region}.{gateway.gateway}",
    )
    await connection.executemany(
        """
        INSERT INTO gateways (region, gateway, institution, public_key, approved, version)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (region, gateway) DO UPDATE SET
            institution = coalesce(excluded.institution, gateways.institution),
            public_key = CASE WHEN NOT $7 THEN coalesce(excluded.public_key, gateways.public_key) END,
            approved = excluded.approved, version = excluded.version
        WHERE gateways.version < excluded.version
        """,
        [_row(gateway) for gateway in gateways],
    )
    await connection.executemany(
        "INSERT INTO purposes (version, purposes) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [
            (each.version, msgspec.json.encode(each).decode())
            for each in changes
            if isinstance(each, PurposesChanged)
        ],
    )
    keys = newest([each for each in changes if isinstance(each, KeyPublished)], lambda key: key.key_id)
    await connection.executemany(
        """
        INSERT INTO keys (key_id, told, withdrawn, version) VALUES ($1, $2, $3, $4)
        ON CONFLICT (key_id) DO UPDATE SET
            told = excluded.told, withdrawn = excluded.withdrawn, version = excluded.version
        WHERE keys.version < excluded.version AND NOT keys.withdrawn
        """,
        [(key.key_id, msgspec.json.encode(key).decode(), key.withdrawn, key.version) for key in keys],
    )
    await connection.execute("SELECT nextval('projection_version')")


async def know(connection: Connection, *, gateways: Iterable[str]) -> Knowledge:
    """What is known of gateways (`<region>.<gateway>`), and the rules.

    Raises Unfit where the projection is not whole at that moment: what is unknown must not be called so then.
    """
    rows = await connection.fetch(
        f"""
        SELECT (SELECT purposes FROM purposes ORDER BY version DESC LIMIT 1) AS rules,
               (SELECT last_value FROM projection_version) AS version,
               (SELECT '[' || string_agg(told, ',' ORDER BY key_id) || ']' FROM keys) AS keys,
               {IS_WHOLE} AS is_whole,
               region || '.' || gateway AS name, institution, public_key, approved
        FROM (VALUES (1)) AS always LEFT JOIN gateways
          ON region || '.' || gateway = ANY($1) AND public_key IS NOT NULL
        """,  # noqa: S608  our own words
        sorted(set(gateways)),
    )
    if not rows[0]["is_whole"]:
        raise Unfit(WAITS)
    rules = rows[0]["rules"]
    published = DEFAULT if rules is None else msgspec.json.decode(rules, type=PurposesChanged)
    return Knowledge(
        gateways={
            row["name"]: KnownGateway(
                institution=row["institution"], public_key=row["public_key"], approved=row["approved"]
            )
            for row in rows
            if row["name"] is not None
        },
        rules=Rules(
            purposes={purpose.purpose: purpose for purpose in published.purposes}, version=published.version
        ),
        version=int(rows[0]["version"]),
        keys=_keys(rows[0]["keys"] or "[]"),
    )


async def cards(connection: Connection, refs: Iterable[str]) -> dict[str, KnownCard]:
    """Each card that is known, by card_ref.

    Raises Unfit as `know` does, at this moment.
    """
    rows = await connection.fetch(
        f"""
        SELECT {IS_WHOLE} AS is_whole, card_ref, status, holder
        FROM (VALUES (1)) AS always LEFT JOIN (
            SELECT encode(card_ref, 'hex') AS card_ref, status, encode(holder, 'hex') AS holder FROM cards
            WHERE card_ref = ANY(SELECT decode(ref, 'hex') FROM unnest($1::text[]) AS ref)
        ) AS known ON true
        """,  # noqa: S608  our own words
        sorted(set(refs)),
    )
    if not rows[0]["is_whole"]:
        raise Unfit(WAITS)
    return {
        row["card_ref"]: KnownCard(status=row["status"], holder=row["holder"])
        for row in rows
        if row["card_ref"] is not None
    }


@lru_cache(maxsize=2)
def _keys(written: str) -> tuple[KeyPublished, ...]:
    return msgspec.json.decode(written, type=tuple[KeyPublished, ...])


def _row(gateway: GatewayApproved | GatewaySuspended) -> tuple[object, ...]:
    return (
        gateway.region,
        gateway.gateway,
        gateway.institution,
        gateway.public_key,
        isinstance(gateway, GatewayApproved),
        gateway.version,
        isinstance(gateway, GatewaySuspended) and gateway.revoked,
    )


class Versioned(Protocol):
    """A state with its owner's version."""

    @property
    def version(self) -> int:
        """Counts up."""


State = TypeVar("State", bound=Versioned)


def newest(states: Iterable[State], name: Callable[[State], str]) -> list[State]:
    """The newest state of each thing, sorted by its name."""
    found: dict[str, State] = {}
    for state in states:
        before = found.get(name(state))
        if before is None or before.version < state.version:
            found[name(state)] = state
    return [found[key] for key in sorted(found)]


WAITS = "waits for all that the registry knows"
IS_WHOLE = "EXISTS (SELECT 1 FROM snapshot_parts GROUP BY answer HAVING count(*) >= max(parts))"
"""For a statement that must not see a projection that is not."""
_UNNAMED = UUID(int=0)
"""The answer of a registry that does not name its answers yet."""


async def is_whole(connection: Connection) -> bool:
    """Whether it is."""
    return bool(await connection.fetchval(f"SELECT {IS_WHOLE}"))


async def arrived(connection: Connection, part: SnapshotPart) -> None:
    """Note a part that was taken in; one that answers a request of an earlier database does not count."""
    await connection.execute(
        """
        INSERT INTO snapshot_parts (answer, part, parts)
        SELECT $1::text::uuid, $2, $3
        WHERE $4::text IS NULL OR EXISTS (SELECT 1 FROM snapshot_requests WHERE asked = $4::text::uuid)
        ON CONFLICT DO NOTHING
        """,
        part.answer or str(_UNNAMED),
        part.part,
        part.parts,
        part.asked,
    )
