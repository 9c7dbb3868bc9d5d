"""A million taps of the city's cards on two hundred readers, one of them bad; the same for the same seed."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from bench.registry.verdicts import PLACE
from chassis.storage.postgres import Connection
from registry.chip_health.finding import Finding
from registry.chip_health.store import counting as chip_counting
from simulator import census

TAPS = 1_000_000
READERS = 200
DAYS = 500
_STAGES = 50
"""Of each reader's life: it fell silent 25 times."""
_BAD = 7
_CHECKED = 0.1
"""Of the taps are chip checks; of these, one in ten comes after another."""
_DAMAGED, _DAMAGED_AT_BAD, _SILENT, _SILENT_CHECKED, _UNDECIDED = 0.01, 0.2, 0.005, 0.1, 0.01
_CAUSES = ("unknown", "photocopied", "stapled", "heat")
_COLUMNS = (
    "gateway", "tap", "reader", "place", "began", "judged", "chip_check", "finding", "damaged", "card_ref",
    "cause", "before",
)  # fmt: skip
_CITY = f"""
INSERT INTO institutions (institution, name, kind)
SELECT 'scale-' || n, 'Contoh ' || n, 'bank' FROM generate_series(0, {READERS} - 1) AS n;
INSERT INTO reader_lives (number, lot, institution, place, gateway, reader, state, since, because, version)
SELECT 'scale-' || n, 'centre-2012', 'scale-' || n, '{PLACE}', 'scale-' || n, 'loket-1', 'working', now(), '',
    {_STAGES}
FROM generate_series(0, {READERS} - 1) AS n;
INSERT INTO reader_history (number, version, institution, place, gateway, reader, state, since, because)
SELECT 'scale-' || n, v, 'scale-' || n, '{PLACE}', 'scale-' || n, 'loket-1',
    CASE WHEN v % 2 = 0 THEN 'working' ELSE 'silent' END, now() - ({_STAGES} - v) * interval '10 days', ''
FROM generate_series(0, {READERS} - 1) AS n, generate_series(1, {_STAGES}) AS v;
"""  # noqa: S608  our own numbers
_COUNTED_BY_READER = """
INSERT INTO reader_taps (gateway, reader, day, taps, last)
SELECT gateway, reader, (judged AT TIME ZONE 'Asia/Jakarta')::date, count(*), max(judged)
FROM chip_findings GROUP BY 1, 2, 3;
INSERT INTO reader_findings (gateway, reader, day, code, tried, failed)
SELECT gateway, reader, day, 'no-sign', 100, 1 FROM reader_taps;
INSERT INTO tap_minutes (minute, outcome, decided, code, process, taps)
SELECT date_trunc('minute', now()) - m * interval '1 minute', ending.*, process, 3
FROM generate_series(0, 2 * 24 * 60 - 1) AS m,
    (VALUES ('verified', '', ''), ('alive', '', ''), ('refused', 'card.status', 'blocked'),
        ('refused', 'chip.answers', 'no-answer'), ('inconclusive', 'chip.answers', 'card-removed'))
        AS ending (outcome, decided, code),
    (VALUES (gen_random_uuid()), (gen_random_uuid())) AS processes (process);
"""


async def load(database: Connection, *, places: Sequence[str], seed: int, until: datetime) -> None:
    """Readers, their taps by COPY, and what follows from them; it takes a minute or two."""
    await database.execute(_CITY)
    await database.copy_records_to_table(
        "chip_findings", columns=_COLUMNS, records=rows(TAPS, places=places, seed=seed, until=until)
    )
    await database.execute(_COUNTED_BY_READER)
    await database.execute("ANALYZE chip_findings, chip_findings_uncounted")
    await chip_counting.add_up(database)
    await database.execute("VACUUM ANALYZE")
    # a city's taps come over months, and what they leave to be written does too
    await database.execute("CHECKPOINT")


def rows(count: int, *, places: Sequence[str], seed: int, until: datetime) -> Iterator[tuple[Any, ...]]:
    """So many taps of the days until a moment, one after the other."""
    chance = Random(seed)  # noqa: S311  nothing secret
    apart = timedelta(days=DAYS) / count
    checks: dict[int, tuple[UUID, bytes]] = {}
    for number in range(count):
        at = until - (count - number) * apart
        reader = chance.randrange(READERS)
        tap = UUID(int=int(at.timestamp() * 1000) << 80 | 0x7 << 76 | 0x8 << 60 | number)
        ref = chance.randrange(census.RESIDENTS).to_bytes(32, "big")
        checked, before = chance.random() < _CHECKED, None
        if checked:
            if reader in checks and chance.random() < _CHECKED:
                before, ref = checks[reader]
            checks[reader] = (tap, ref)
        finding = _finding(chance, bad=reader == _BAD, checked=checked)
        yield (
            f"scale-{reader}", tap, "loket-1", places[reader % len(places)], at, at + timedelta(seconds=1),
            checked, finding.value, ["6FF2"] if finding is Finding.DAMAGED else [],
            ref if finding in {Finding.ALIVE, Finding.DAMAGED} else None,
            chance.choice(_CAUSES) if checked else None, before,
        )  # fmt: skip


def _finding(chance: Random, *, bad: bool, checked: bool) -> Finding:
    if chance.random() < (_DAMAGED_AT_BAD if bad else _DAMAGED):
        return Finding.DAMAGED
    if chance.random() < (_SILENT_CHECKED if checked else _SILENT):
        return chance.choice((Finding.DEAD, Finding.SILENT))
    return Finding.UNDECIDED if chance.random() < _UNDECIDED else Finding.ALIVE
