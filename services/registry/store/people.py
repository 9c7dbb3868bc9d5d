"""People who sign in, and their failed tries."""

from datetime import datetime

from chassis.postgres import Connection
from registry.lockout import locked_until
from registry.refusals import TooOften
from registry.roles import Person, Role


async def all_people(connection: Connection) -> list[Person]:
    """Everybody."""
    rows = await connection.fetch("SELECT person, role, shut_out, version FROM people ORDER BY person")
    return [Person(**row) for row in rows]


async def find(connection: Connection, person: str) -> Person | None:
    """One of them, held until the transaction ends."""
    row = await connection.fetchrow(
        "SELECT person, role, shut_out, version FROM people WHERE person = $1 FOR UPDATE", person
    )
    return None if row is None else Person(**row)


async def save(connection: Connection, person: Person, *, password: str | None) -> None:
    """Add or replace; without a new password (its hash) the present one stays."""
    if password is not None:
        await connection.execute(
            """
            INSERT INTO people (person, role, password, shut_out, version) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (person) DO UPDATE SET (role, password, shut_out, version)
                = (excluded.role, excluded.password, excluded.shut_out, excluded.version)
            """,
            person.person,
            person.role,
            password,
            person.shut_out,
            person.version,
        )
    else:
        await connection.execute(
            "UPDATE people SET role = $2, shut_out = $3, version = $4 WHERE person = $1",
            person.person,
            person.role,
            person.shut_out,
            person.version,
        )


async def password_of(connection: Connection, person: str) -> tuple[Role, str] | None:
    """Role and kept password of one who is not shut out."""
    row = await connection.fetchrow(
        "SELECT role, password FROM people WHERE person = $1 AND NOT shut_out", person
    )
    return None if row is None else (row["role"], row["password"])


async def count_try(connection: Connection, person: str, *, now: datetime) -> None:
    """Count a try as failed before it is looked at, so that many at once are not worth more.

    Raises TooOften where no try is free.
    """
    await connection.execute(
        "INSERT INTO failed_sign_ins (person, tries) VALUES ($1, 0) ON CONFLICT (person) DO NOTHING", person
    )
    row = await connection.fetchrow(
        "SELECT tries, locked_until FROM failed_sign_ins WHERE person = $1 FOR UPDATE", person
    )
    if row is None:  # a sign-in has just removed it
        return
    if row["locked_until"] is not None and row["locked_until"] > now:
        raise TooOften("too many tries", seconds=(row["locked_until"] - now).total_seconds())
    tries = row["tries"] + 1
    await connection.execute(
        "UPDATE failed_sign_ins SET tries = $2, locked_until = $3, last = $4 WHERE person = $1",
        person,
        tries,
        locked_until(tries, now=now),
        now,
    )


async def forget_tries(connection: Connection, person: str) -> None:
    """After a password that fits."""
    await connection.execute("DELETE FROM failed_sign_ins WHERE person = $1", person)
