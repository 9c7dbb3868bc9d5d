"""The months of `chip_findings`; what is made and dropped when, the database's own functions say."""

from chassis.storage.postgres import Connection

_BUSY_SECONDS = 1
"""So long a lock is waited for, before which others wait as well."""


async def make(connection: Connection) -> int:
    """Make the months that are missing, and return how many; nothing is done where others stand in the way.

    Raises one of `chassis.storage.postgres.BUSY` then.
    """
    return await _carry_out(connection, "make_chip_finding_months")


async def drop(connection: Connection) -> int:
    """Drop the months that are over, and return how many taps went. Raises what `make` does."""
    return await _carry_out(connection, "drop_chip_finding_months")


async def due(connection: Connection, *, limit: int) -> int:
    """How many taps of months that are over there are, up to so many."""
    found = 0
    for row in await connection.fetch(
        "SELECT to_regclass(chip_findings_of(chip_finding_months_over()))::text"
    ):
        if row[0] is not None and found < limit:
            counted = await connection.fetch(f"SELECT FROM {row[0]} LIMIT $1", limit - found)
            found += len(counted)
    return found


async def _carry_out(connection: Connection, function: str) -> int:
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{_BUSY_SECONDS}s'")
        done = await connection.fetchval(f"SELECT {function}()")
        # a lock that the rest of the transaction waits for is another matter
        await connection.execute("SET LOCAL lock_timeout = DEFAULT")
        return int(done)
