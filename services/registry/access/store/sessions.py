"""Sessions of people, and tokens of programs: found by the hash of what is shown."""

from datetime import datetime, timedelta
from hashlib import sha256

from chassis.storage.postgres import Connection
from registry.access.roles import Actor, Role, Token


def kept(secret: str) -> bytes:
    """What is kept of a secret."""
    return sha256(secret.encode("utf-8", "surrogateescape")).digest()


async def open_session(connection: Connection, *, person: str, secret: str, lasts: timedelta) -> None:
    """Begin one; those that have ended are forgotten."""
    await connection.execute("DELETE FROM sessions WHERE expires < now()")
    await connection.execute(
        "INSERT INTO sessions (secret, person, expires) VALUES ($1, $2, now() + $3)",
        kept(secret),
        person,
        lasts,
    )


async def close_session(connection: Connection, secret: str) -> None:
    """End one."""
    await connection.execute("DELETE FROM sessions WHERE secret = $1", kept(secret))


async def close_all(connection: Connection, person: str) -> None:
    """End all of a person."""
    await connection.execute("DELETE FROM sessions WHERE person = $1", person)


async def of_session(connection: Connection, secret: str) -> Actor | None:
    """Who has this session."""
    row = await connection.fetchrow(
        """
        SELECT person, role FROM sessions JOIN people USING (person)
        WHERE secret = $1 AND expires > now() AND NOT shut_out
        """,
        kept(secret),
    )
    return None if row is None else Actor(name=f"person:{row['person']}", role=row["role"], signed_in=True)


async def of_token(connection: Connection, secret: str) -> Actor | None:
    """Whose token it is."""
    row = await connection.fetchrow(
        "SELECT token, role FROM tokens WHERE secret = $1 AND expires > now() AND revoked IS NULL",
        kept(secret),
    )
    return None if row is None else Actor(name=f"token:{row['token']}", role=row["role"])


async def issue(
    connection: Connection, *, token: str, secret: str, role: Role, expires: datetime
) -> Token | None:
    """A new token; None where one of this name was issued before: names in the audit log mean one token."""
    row = await connection.fetchrow(
        """
        INSERT INTO tokens (token, secret, role, expires) VALUES ($1, $2, $3, $4)
        ON CONFLICT (token) DO NOTHING RETURNING token, role, issued, expires, revoked
        """,
        token,
        kept(secret),
        role,
        expires,
    )
    return None if row is None else Token(**row)


async def revoke(connection: Connection, token: str) -> Token | None:
    """Revoke one; the moment of the first time stays."""
    row = await connection.fetchrow(
        """
        UPDATE tokens SET revoked = coalesce(revoked, now()) WHERE token = $1
        RETURNING token, role, issued, expires, revoked
        """,
        token,
    )
    return None if row is None else Token(**row)


async def all_tokens(connection: Connection) -> list[Token]:
    """Every token there was."""
    rows = await connection.fetch("SELECT token, role, issued, expires, revoked FROM tokens ORDER BY token")
    return [Token(**row) for row in rows]
