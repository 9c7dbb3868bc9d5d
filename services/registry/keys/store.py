"""Published keys, by their id."""

from chassis.storage.postgres import Connection
from ketuk_events.projection import KeyPublished

_COLUMNS = "key_id, use, owner, public_key, valid_from, valid_until, root_signature, withdrawn, version"


async def lock(connection: Connection) -> None:
    """Hold all of them until the transaction ends, so that two people do not change them at once."""
    await connection.execute("LOCK TABLE published_keys IN EXCLUSIVE MODE")


async def all_keys(connection: Connection) -> list[KeyPublished]:
    """Every key that was published, the withdrawn ones too."""
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM published_keys ORDER BY key_id")  # noqa: S608  our own columns
    return [KeyPublished(**row) for row in rows]


async def save(connection: Connection, key: KeyPublished) -> None:
    """Add it, or replace what was there."""
    await connection.execute(
        """
        INSERT INTO published_keys (key_id, use, owner, public_key, valid_from, valid_until, root_signature,
                                    withdrawn, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (key_id) DO UPDATE SET
            (use, owner, public_key, valid_from, valid_until, root_signature, withdrawn, version)
            = (excluded.use, excluded.owner, excluded.public_key, excluded.valid_from, excluded.valid_until,
               excluded.root_signature, excluded.withdrawn, excluded.version)
        """,
        key.key_id,
        key.use,
        key.owner,
        key.public_key,
        key.valid_from,
        key.valid_until,
        key.root_signature,
        key.withdrawn,
        key.version,
    )
