"""The two sides of the ledger: what was attempted at the counters, and what arrived anywhere."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg

from dev.chaos import changes
from dev.chaos.city import DECISION, GATEWAY, STANDS, Stand
from dev.chaos.journal import Acknowledged, Attempted, Found, Heard, entries
from dev.chaos.told import Told
from dev.ledger.effects import Attempt, Effect
from dev.ledger.entries import Received
from dev.ledger.expectations import EXPECTATIONS


@dataclass(frozen=True, kw_only=True, slots=True)
class Tap:
    """An attempt at a counter; `name` is the tap's id, or what stands for one that nobody knows."""

    name: str
    stand: Stand
    began: datetime | None
    acknowledged: bool
    kind: str

    @property
    def attempt(self) -> Attempt:
        """As the ledger has it."""
        expected = EXPECTATIONS[self.kind]
        return Attempt(
            name=self.name,
            acknowledged=self.acknowledged,
            receivers=self.stand.agencies | {GATEWAY, DECISION},
            expected=_came_to(expected.outcome, expected.reason),
        )


def taps(folder: Path, kinds: Sequence[str]) -> list[Tap]:
    """What the gateways' journals say; `kinds` are those of the cards, by number."""
    return [tap for stand in STANDS for tap in _of_stand(stand, folder, kinds)]


def _of_stand(stand: Stand, folder: Path, kinds: Sequence[str]) -> Iterator[Tap]:
    journal = Told(process=stand.process, folder=folder).journal
    known = {entry.number: entry for entry in entries(journal, Found)}
    safe = {entry.number: entry for entry in entries(journal, Acknowledged)}
    for tried in entries(journal, Attempted):
        entry = safe.get(tried.number) or known.get(tried.number)
        yield Tap(
            name=f"{stand.gateway}/{tried.number}" if entry is None else entry.tap,
            stand=stand,
            began=None if entry is None else datetime.fromisoformat(entry.began),
            acknowledged=tried.number in safe,
            kind=kinds[tried.card],
        )


def at_agencies(received: Iterable[Received], taps: Sequence[Tap]) -> Iterator[Effect]:
    """An event belongs to the tap that began when it says, on the reader that it names."""
    names = {_when(tap.stand.reader, tap.began): tap.name for tap in taps if tap.began is not None}
    for event in received:
        when = _when(event.reader, event.tapped)
        yield Effect(
            name=names.get(when, when),
            receiver=event.institution,
            identity=event.event_id,
            came_to=_came_to(event.outcome, event.reason),
        )


def at_gateways(folder: Path) -> Iterator[Effect]:
    """The verdicts that each gateway heard."""
    for stand in STANDS:
        for heard in entries(Told(process=stand.process, folder=folder).journal, Heard):
            yield Effect(
                name=heard.tap,
                receiver=GATEWAY,
                identity=heard.digest,
                came_to=_came_to(heard.outcome, heard.reason),
            )


async def decided(url: str) -> list[Effect]:
    """The decisions in verification's database."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        """
        SELECT tap::text AS tap, encode(sha256(body), 'hex') AS digest, said->>'outcome' AS outcome,
               said->'reason'->>'check' || '/' || (said->'reason'->>'code') AS reason
        FROM decisions, LATERAL (SELECT convert_from(body, 'UTF8')::jsonb AS said) AS saying
        """
    )
    await connection.close()
    return [
        Effect(
            name=row["tap"],
            receiver=DECISION,
            identity=row["digest"],
            came_to=_came_to(row["outcome"], row["reason"] or ""),
        )
        for row in rows
    ]


async def projected(url: str, refs: Sequence[str]) -> list[Effect]:
    """Of some cards, those that verification knows."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        """
        SELECT encode(card_ref, 'hex') AS ref, status FROM cards
        WHERE encode(card_ref, 'hex') = ANY($1)
        """,
        refs,
    )
    await connection.close()
    return [changes.effect(row["ref"], row["status"]) for row in rows]


async def undisclosed(url: str) -> int:
    """What the registry has not sent to an agency, or never will."""
    connection = await asyncpg.connect(url)
    found = await connection.fetchval("SELECT count(*) FROM disclosures WHERE state <> 'sent'")
    await connection.close()
    return int(found)


def _when(reader: str, began: datetime) -> str:
    # times on the wire are cut to milliseconds
    cut = began - timedelta(microseconds=began.microsecond % 1000)
    return f"{reader} at {cut.isoformat()}"


def _came_to(outcome: str, reason: str) -> str:
    return f"{outcome} {reason}".strip()
