"""Procurement lots."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.storage.postgres import Connection
from registry.readers.lots import Lot

_COLUMNS = "lot, funds, year, count, price, supplier, source"


@dataclass(frozen=True, kw_only=True, slots=True)
class LotLine:
    """A lot, and how far its readers have come."""

    lot: str
    funds: str
    year: int
    count: int
    price: int | None
    supplier: str | None
    source: str
    ordered: int
    """Readers of it that have a number, whatever became of them."""
    delivered: int
    """Of those, how many are not on their way any more."""
    standing: int
    retired: int


async def load(connection: Connection, given: Sequence[Lot]) -> None:
    """Add them, or change them."""
    await connection.executemany(
        """
        INSERT INTO lots (lot, funds, year, count, price, supplier, source)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (lot) DO UPDATE SET (funds, year, count, price, supplier, source)
            = (excluded.funds, excluded.year, excluded.count, excluded.price, excluded.supplier,
                excluded.source)
        """,
        [
            (each.lot, each.funds, each.year, each.count, each.price, each.supplier, each.source)
            for each in sorted(given, key=lambda each: each.lot)
        ],
    )


async def lock(connection: Connection, lot: str) -> Lot | None:
    """One lot, held until the transaction ends."""
    row = await connection.fetchrow(f"SELECT {_COLUMNS} FROM lots WHERE lot = $1 FOR UPDATE", lot)  # noqa: S608  our own columns
    return None if row is None else Lot(**row)


async def ordered(connection: Connection, lot: str) -> int:
    """How many readers of a lot have a number."""
    return int(await connection.fetchval("SELECT count(*) FROM reader_lives WHERE lot = $1", lot))


async def all_lots(connection: Connection) -> list[LotLine]:
    """Every lot."""
    rows = await connection.fetch(
        """
        SELECT lots.lot, funds, year, lots.count, price, supplier, source,
            count(number) AS ordered,
            count(number) FILTER (WHERE state <> 'ordered') AS delivered,
            count(number) FILTER (WHERE state IN ('installed', 'approved', 'working', 'silent')) AS standing,
            count(number) FILTER (WHERE state = 'retired') AS retired
        FROM lots LEFT JOIN reader_lives USING (lot) GROUP BY lots.lot ORDER BY year, lots.lot
        """
    )
    return [LotLine(**row) for row in rows]
