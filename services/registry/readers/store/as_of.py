"""Readers as they stood at the end of a day of western Indonesia."""

from dataclasses import dataclass
from datetime import date, datetime

from chassis.storage.postgres import Connection
from registry.readers.lifecycle import USED_WITHIN_DAYS

# each reader's stage before the moment $1; one that had not begun by then is not there
LIVES = """
    SELECT life.number, life.lot, past.institution, past.place, past.gateway, past.reader, past.state,
        past.since, past.because
    FROM reader_lives AS life CROSS JOIN LATERAL (
        SELECT * FROM reader_history WHERE number = life.number AND since < $1
        ORDER BY since DESC, version DESC LIMIT 1
    ) AS past
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderLine:
    """A reader, where it stands and how it fares."""

    number: str
    lot: str | None
    funds: str | None
    gateway: str | None
    reader: str | None
    state: str
    since: datetime
    because: str
    place: str
    place_name: str
    kecamatan: str | None
    kecamatan_name: str | None
    institution: str
    institution_kind: str
    taps_in_30_days: int
    last_tap: datetime | None
    finding: str | None
    """What comparing it with the others came to, see `reader_comparison`; None: it was not compared yet."""
    good_cards_tried: int | None
    good_cards_failed: int | None


async def readers(connection: Connection, end: datetime, day: date) -> list[ReaderLine]:
    """Every reader that had begun its life."""
    rows = await connection.fetch(
        f"""
        WITH lives AS ({LIVES})
        SELECT lives.number, lives.lot, lots.funds, lives.gateway, lives.reader, lives.state, lives.since,
            lives.because, lives.place, places.name AS place_name,
            kecamatan.code AS kecamatan, kecamatan.name AS kecamatan_name,
            lives.institution, institutions.kind AS institution_kind,
            coalesce(used.taps, 0)::bigint AS taps_in_30_days, newest.last AS last_tap,
            found.code AS finding, found.tried AS good_cards_tried, found.failed AS good_cards_failed
        FROM lives
        JOIN institutions USING (institution)
        JOIN places ON places.code = lives.place
        LEFT JOIN places AS kecamatan
            ON kecamatan.code IN (places.code, places.parent) AND kecamatan.kind = 'kecamatan'
        LEFT JOIN lots USING (lot)
        LEFT JOIN LATERAL (
            SELECT sum(taps) AS taps FROM reader_taps
            WHERE (gateway, reader) = (lives.gateway, lives.reader)
                AND day > $2::date - {USED_WITHIN_DAYS} AND day <= $2
        ) AS used ON true
        LEFT JOIN LATERAL (
            SELECT last FROM reader_taps
            WHERE (gateway, reader) = (lives.gateway, lives.reader) AND day <= $2 ORDER BY day DESC LIMIT 1
        ) AS newest ON true
        LEFT JOIN LATERAL (
            SELECT code, tried, failed FROM reader_findings
            WHERE (gateway, reader) = (lives.gateway, lives.reader) AND day <= $2 ORDER BY day DESC LIMIT 1
        ) AS found ON true
        ORDER BY lives.number
        """,  # noqa: S608  our own words
        end,
        day,
    )
    return [ReaderLine(**row) for row in rows]
