"""What idempotency keys were answered."""

from dataclasses import dataclass

from chassis.storage.postgres import Connection
from registry.audit.request_context import Key


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptAnswer:
    """What the first request of a key had; without a status it is not known, or must not be told again."""

    digest: bytes | None
    """None where a person was erased since: it may have been about them."""
    status: int | None
    body: bytes | None


async def begin(connection: Connection, *, actor: str, key: Key) -> bool:
    """Take the key in the transaction of the change, or wait for who has it; False where it is taken."""
    taken = await connection.fetchval(
        """
        INSERT INTO kept_answers (actor, key, digest) VALUES ($1, $2, $3)
        ON CONFLICT (actor, key) DO NOTHING RETURNING true
        """,
        actor,
        key.key,
        key.digest,
    )
    return bool(taken)


async def keep(connection: Connection, *, actor: str, key: Key, status: int, body: bytes) -> None:
    """Add the answer."""
    await connection.execute(
        "UPDATE kept_answers SET status = $3, body = $4 WHERE actor = $1 AND key = $2",
        actor,
        key.key,
        status,
        body,
    )


async def find(connection: Connection, *, actor: str, key: str) -> KeptAnswer | None:
    """What is kept of a key."""
    row = await connection.fetchrow(
        "SELECT digest, status, body FROM kept_answers WHERE actor = $1 AND key = $2", actor, key
    )
    return None if row is None else KeptAnswer(**row)


async def forget(connection: Connection) -> None:
    """Keep of each key no more than that it was used: a person who is erased may be in any answer."""
    await connection.execute("UPDATE kept_answers SET digest = NULL, status = NULL, body = NULL")
