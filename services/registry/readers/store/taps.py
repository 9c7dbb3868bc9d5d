"""How often each reader was tapped on each day, and when last; the day is that of western Indonesia."""

from collections.abc import Sequence
from datetime import datetime

from chassis.storage.postgres import Connection
from registry.kit.local_dates import WIB


async def count(connection: Connection, taps: Sequence[tuple[str, str, datetime]]) -> None:
    """Add taps, each by gateway, reader and when it was judged; the caller knows that they are new."""
    if not taps:
        return
    gateways, readers, judged = zip(*taps, strict=True)
    await connection.execute(
        """
        INSERT INTO reader_taps (gateway, reader, day, taps, last)
        SELECT gateway, reader, day, count(*), max(judged)
        FROM unnest($1::text[], $2::text[], $3::date[], $4::timestamptz[])
            AS given (gateway, reader, day, judged)
        GROUP BY gateway, reader, day ORDER BY gateway, reader, day
        ON CONFLICT (gateway, reader, day) DO UPDATE
        SET (taps, last) = (reader_taps.taps + excluded.taps, greatest(reader_taps.last, excluded.last))
        """,
        gateways,
        readers,
        [moment.astimezone(WIB).date() for moment in judged],
        judged,
    )
