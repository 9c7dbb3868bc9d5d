"""Whether what a data file names is there."""

from collections.abc import Sequence

from chassis.storage.postgres import Connection

_THERE = {
    "place": "SELECT code AS name FROM places WHERE code = ANY($1)",
    "institution": "SELECT institution AS name FROM institutions WHERE institution = ANY($1)",
    "lot": "SELECT lot AS name FROM lots WHERE lot = ANY($1)",
}


async def there(connection: Connection, what: str, names: Sequence[str]) -> set[str]:
    """Those of the names that are there, of places, institutions or lots."""
    rows = await connection.fetch(_THERE[what], names)
    return {row["name"] for row in rows}
