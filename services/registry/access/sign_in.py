"""Sign in, sign out, change a password."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from registry.access.passwords import Passwords
from registry.access.store import people, sessions
from registry.audit.request_context import concerns
from registry.audit.unit_of_work import Office
from registry.kit.errors import NotAllowed, NotSignedIn

SESSION_LASTS = timedelta(hours=10)
"""A working day at a counter."""


async def sign_in(office: Office, *, passwords: Passwords, person: str, password: str, address: str) -> str:
    """Begin a session of who asks from an address. Returns its secret.

    Raises NotSignedIn, or TooOften after tries that failed or where too many try.
    """
    concerns(f"person:{person}")
    async with passwords.turn(address):
        # by itself, so that it counts even where this process dies or is asked many times at once
        async with office.pool.acquire() as counting, counting.transaction():
            await people.count_try(counting, person, address=address, now=datetime.now(UTC))
            found = await people.password_of(counting, person)
        fits = await passwords.fits(password, None if found is None else found[1])
    if not fits:
        raise NotSignedIn("name and password do not fit")
    secret = secrets.token_urlsafe(32)
    async with office.deciding() as connection:
        # the password may have been changed, or the person shut out, while it was looked at
        if await people.password_of(connection, person) != found:
            raise NotSignedIn("name and password do not fit")
        await people.signed_in(connection, person, address=address)
        await sessions.open_session(connection, person=person, secret=secret, lasts=SESSION_LASTS)
    return secret


async def sign_out(office: Office, *, secret: str) -> None:
    """End a session."""
    async with office.deciding() as connection:
        await sessions.close_session(connection, secret)


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
