"""Change one's own password."""

from dataclasses import replace
from datetime import UTC, datetime

from registry.access.passwords import Passwords
from registry.access.store import people, sessions
from registry.audit.unit_of_work import Office
from registry.kit.errors import NotAllowed


async def change_password(
    office: Office, *, passwords: Passwords, person: str, present: str, new: str, address: str
) -> None:
    """Replace it, and end all sessions. Raises NotAllowed where the present one does not fit, or TooOften."""
    async with passwords.turn(f"person:{person}"):
        async with office.pool.acquire() as counting, counting.transaction():
            await people.count_try(counting, person, address=address, now=datetime.now(UTC))
            found = await people.password_of(counting, person)
        if not await passwords.fits(present, None if found is None else found[1]):
            raise NotAllowed("the present password does not fit")
        hashed = await passwords.hashed(new)
    async with office.deciding() as connection:
        held = await people.find(connection, person)
        if held is None or await people.password_of(connection, person) != found:
            raise NotAllowed("the present password does not fit")
        await people.save(connection, replace(held, version=held.version + 1), password=hashed)
        await people.forget_tries(connection, person)
        await sessions.close_all(connection, person)
