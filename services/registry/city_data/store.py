"""Which data files were loaded."""

from chassis.storage.postgres import Connection


async def lock(connection: Connection) -> None:
    """Nobody else loads any file until the transaction ends."""
    await connection.execute("LOCK TABLE loaded_files IN EXCLUSIVE MODE")


async def is_news(connection: Connection, file: str, *, digest: bytes) -> bool:
    """Whether this content is not the one that was loaded last; then it counts as loaded from here on."""
    loaded = await connection.fetchval(
        """
        INSERT INTO loaded_files (file, digest) VALUES ($1, $2)
        ON CONFLICT (file) DO UPDATE SET digest = excluded.digest, loaded = now()
        WHERE loaded_files.digest <> excluded.digest RETURNING file
        """,
        file,
        digest,
    )
    return loaded is not None
