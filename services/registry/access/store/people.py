"""People who sign in, and their failed tries."""

from datetime import datetime

from chassis.storage.postgres import Connection
from registry.access.lockout import FREE_TRIES_OF_A_NAME, locked_until
from registry.access.roles import Person, Role
from registry.kit.errors import TooOften


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


async def count_try(connection: Connection, person: str, *, address: str, now: datetime) -> None:
    """Count a try as failed before it is looked at, so that many at once are not worth more.

    Raises TooOften where no try is free: of the name from this address, or of the name from wherever its
    person has not signed in before.
    """
    # an upsert returns its row and holds it, whether it is new or not
    of_name = await connection.fetchrow(
        """
        INSERT INTO failed_sign_ins AS failed (person, tries) VALUES ($1, 0)
        ON CONFLICT (person) DO UPDATE SET tries = failed.tries
        RETURNING tries, locked_until
        """,
        person,
    )
    from_here = await connection.fetchrow(
        """
        INSERT INTO failed_sign_ins_from AS failed (person, address, tries) VALUES ($1, $2, 0)
        ON CONFLICT (person, address) DO UPDATE SET tries = failed.tries
        RETURNING tries, locked_until,
            EXISTS (SELECT FROM signed_in_from WHERE person = $1 AND address = $2) AS is_known
        """,
        person,
        address,
    )
    if of_name is None or from_here is None:
        raise RuntimeError("an upsert returned no row")
    locks = [from_here["locked_until"], None if from_here["is_known"] else of_name["locked_until"]]
    until = max((each for each in locks if each is not None), default=now)
    if until > now:
        raise TooOften("too many tries", seconds=(until - now).total_seconds())
    tries, all_tries = from_here["tries"] + 1, of_name["tries"] + 1
    await connection.execute(
        """
        UPDATE failed_sign_ins_from SET tries = $3, locked_until = $4, last = $5
        WHERE person = $1 AND address = $2
        """,
        person,
        address,
        tries,
        locked_until(tries, now=now),
        now,
    )
    await connection.execute(
        "UPDATE failed_sign_ins SET tries = $2, locked_until = $3, last = $4 WHERE person = $1",
        person,
        all_tries,
        locked_until(all_tries, free=FREE_TRIES_OF_A_NAME, now=now),
        now,
    )


async def signed_in(connection: Connection, person: str, *, address: str) -> None:
    """After a password that fits: no try has failed, and this address is known as theirs."""
    await connection.execute("DELETE FROM failed_sign_ins WHERE person = $1", person)
    await connection.execute(
        "DELETE FROM failed_sign_ins_from WHERE person = $1 AND address = $2", person, address
    )
    await connection.execute(
        """
        INSERT INTO signed_in_from (person, address) VALUES ($1, $2)
        ON CONFLICT (person, address) DO UPDATE SET last = now()
        """,
        person,
        address,
    )


async def forget_tries(connection: Connection, person: str) -> None:
    """After a new password: nothing is locked."""
    await connection.execute("DELETE FROM failed_sign_ins WHERE person = $1", person)
    await connection.execute("DELETE FROM failed_sign_ins_from WHERE person = $1", person)
