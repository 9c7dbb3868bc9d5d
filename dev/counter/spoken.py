"""What a gateway has said: the messages in its spool, in their order, opened as verification opens them."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from chassis.crypto.sealing import Opener, PrivateKey
from ketuk_events.events import from_wire
from ketuk_events.evidence import Evidence
from ketuk_events.names import from_timestamp
from ketuk_events.readers import ReaderConnected, ReaderDisconnected
from ketuk_events.taps import CardPresented, CardRead, CardRemoved


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One message of a gateway."""

    kind: str
    """Such as `card.presented`."""
    reader: str
    at: datetime
    """When it happened."""
    tap: str | None = None
    evidence: Evidence | None = None
    """Of a `card.read`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """Verification's key and the gateway's, which open what the gateway seals."""

    verification: PrivateKey
    identity: str
    """The gateway's public key, PEM."""
    sender: str


def said_in(spool: Path, *, keys: Keys) -> list[Said]:
    """All that waits in a spool, oldest first. Its gateway must not run, for that has the file to itself."""
    with closing(sqlite3.connect(spool)) as file:
        rows = file.execute(
            "SELECT message_id, routing_key, headers, body FROM outbox ORDER BY position"
        ).fetchall()
    return list(_said(rows, keys))


def taps_not_ended(spool: Path) -> int:
    """How many taps a spool holds that have not ended."""
    with closing(sqlite3.connect(spool)) as file:
        (count,) = file.execute("SELECT count(*) FROM taps WHERE stage <> 'ended'").fetchone()
    return int(count)


def _said(rows: list[tuple[str, str, str, bytes]], keys: Keys) -> Iterator[Said]:
    for message_id, routing_key, headers, body in rows:
        event = from_wire(
            message_id=message_id, routing_key=routing_key, headers=json.loads(headers), body=body
        )
        kind, at = event.kind.name, from_timestamp(event.time)
        match event.data:
            case ReaderConnected(reader=state) | ReaderDisconnected(reader=state):
                yield Said(kind=kind, reader=state.reader, at=at)
            case CardPresented(tap=tap, asked=asked) | CardRemoved(tap=tap, asked=asked):
                yield Said(kind=kind, reader=asked.reader, at=at, tap=tap)
            case CardRead() as read:
                evidence = _opened(read, at, keys)
                yield Said(kind=kind, reader=read.asked.reader, at=at, tap=read.tap, evidence=evidence)


def _opened(read: CardRead, at: datetime, keys: Keys) -> Evidence:
    content = Opener(keys=(keys.verification,)).open(
        read.evidence, sender=keys.sender, identities=keys.identity, sealed_at=at
    )
    return msgspec.json.decode(content, type=Evidence)
