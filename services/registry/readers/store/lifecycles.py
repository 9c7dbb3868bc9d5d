"""The lives of readers: how each stands, and how it has stood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.storage.postgres import Connection
from registry.readers.inventory_file import Known
from registry.readers.lifecycle import Life, Stage, Told

_COLUMNS = "number, lot, institution, place, gateway, reader, state, since, because, version"


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """One stage of a reader's life."""

    version: int
    institution: str
    place: str
    place_name: str
    gateway: str | None
    reader: str | None
    state: str
    since: datetime
    because: str


async def find(connection: Connection, number: str) -> Life | None:
    """One reader, held until the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM reader_lives WHERE number = $1 FOR UPDATE",  # noqa: S608  our own columns
        number,
    )
    return None if row is None else _life(dict(row))


async def connected_as(connection: Connection, gateway: str, reader: str) -> Life | None:
    """Which reader a gateway tells of under a name, held until the transaction ends."""
    row = await connection.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM reader_lives
        WHERE gateway = $1 AND reader = $2 AND state <> 'retired' FOR UPDATE
        """,  # noqa: S608  our own columns
        gateway,
        reader,
    )
    return None if row is None else _life(dict(row))


async def history(connection: Connection, number: str) -> list[Past]:
    """All stages of a reader's life, the first one first."""
    rows = await connection.fetch(
        """
        SELECT version, institution, place, places.name AS place_name, gateway, reader, state, since, because
        FROM reader_history JOIN places ON places.code = place WHERE number = $1 ORDER BY version
        """,
        number,
    )
    return [Past(**row) for row in rows]


async def save(connection: Connection, lives: Sequence[Life]) -> None:
    """Add readers or what has become of them; each is the version after the one that is there."""
    rows = [
        (
            life.number,
            life.lot,
            life.institution,
            life.place,
            life.gateway,
            life.reader,
            life.state.value,
            life.since,
            life.because,
            life.version,
        )
        for life in sorted(lives, key=lambda life: life.number)
    ]
    await connection.executemany(
        """
        INSERT INTO reader_lives
            (number, lot, institution, place, gateway, reader, state, since, because, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (number) DO UPDATE
        SET (institution, place, gateway, reader, state, since, because, version)
            = (excluded.institution, excluded.place, excluded.gateway, excluded.reader, excluded.state,
                excluded.since, excluded.because, excluded.version)
        """,
        rows,
    )
    await connection.executemany(
        """
        INSERT INTO reader_history
            (number, institution, place, gateway, reader, state, since, because, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        [(number, *rest) for number, _, *rest in rows],
    )


async def load(connection: Connection, known: Sequence[Known]) -> None:
    """Those of a data file that have no number yet; the file does not know what became of the others."""
    rows = await connection.fetch("SELECT number FROM reader_lives")
    there = {row["number"] for row in rows}
    await save(connection, [each.life() for each in known if each.number not in there])


async def told(
    connection: Connection, *, region: str, gateways: Sequence[str], silent_after: timedelta
) -> list[tuple[Told, Life | None]]:
    """What gateways said of their readers, and the life of each; None for one that nobody has a record of.

    A reader that was retired and is still connected has no life here, and none begins for it, nor for one of
    a gateway that nobody has approved.
    """
    rows = await connection.fetch(
        """
        SELECT
            told.gateway, told.reader, gateways.institution, gateways.place,
            gateways.state = 'approved' AS approved,
            told.connected AND told.state <> 'gone' AND heard.at > now() - $3::interval AS present,
            heard.at AS heard,
            life.number, life.lot, life.institution AS life_institution, life.place AS life_place,
            life.state, life.since, life.because, life.version
        FROM readers AS told
        JOIN gateways USING (region, gateway)
        JOIN (
            SELECT region, gateway, greatest(max(readers.seen), max(beats.seen)) AS at
            FROM readers LEFT JOIN beats USING (region, gateway) GROUP BY region, gateway
        ) AS heard USING (region, gateway)
        LEFT JOIN reader_lives AS life
            ON (life.gateway, life.reader) = (told.gateway, told.reader) AND life.state <> 'retired'
        WHERE region = $1 AND told.gateway = ANY($2)
            AND (life.number IS NOT NULL OR gateways.state = 'approved' AND NOT EXISTS (
                SELECT FROM reader_lives AS ended
                WHERE (ended.gateway, ended.reader) = (told.gateway, told.reader)
            ))
        ORDER BY told.gateway, told.reader
        """,
        region,
        gateways,
        silent_after,
    )
    return [
        (
            Told(
                gateway=row["gateway"],
                reader=row["reader"],
                institution=row["institution"],
                place=row["place"],
                approved=row["approved"],
                present=row["present"],
                heard=row["heard"],
            ),
            None
            if row["number"] is None
            else _life(
                {
                    **{name: row[name] for name in _COLUMNS.split(", ")},
                    "institution": row["life_institution"],
                    "place": row["life_place"],
                }
            ),
        )
        for row in rows
    ]


async def hold(connection: Connection, numbers: Sequence[str]) -> None:
    """Let nobody else change these until the transaction ends."""
    await connection.execute(
        "SELECT FROM reader_lives WHERE number = ANY($1) ORDER BY number FOR UPDATE", numbers
    )


async def gateways_that_told(connection: Connection, *, region: str) -> list[str]:
    """Gateways that have told of readers, by name."""
    rows = await connection.fetch(
        "SELECT DISTINCT gateway FROM readers WHERE region = $1 ORDER BY gateway", region
    )
    return [row["gateway"] for row in rows]


def _life(row: dict[str, object]) -> Life:
    return Life(**{**row, "state": Stage(str(row["state"]))})  # type: ignore[arg-type]  # the table's own types
