"""Add a person who works with the registry, or change their role or password, or shut them out."""

from registry.access.passwords import Passwords
from registry.access.roles import Person, Role
from registry.access.store import people, sessions
from registry.audit.request_context import as_expected
from registry.audit.unit_of_work import Office
from registry.kit.errors import Unfit


async def save_person(
    office: Office, *, passwords: Passwords, person: str, role: Role, shut_out: bool, password: str | None
) -> Person:
    """Add or change. A change ends the person's sessions. Raises Unfit for a new one without a password."""
    hashed = None
    if password is not None:
        async with passwords.turn("who may"):
            hashed = await passwords.hashed(password)
    async with office.deciding() as connection:
        before = await people.find(connection, person)
        as_expected(0 if before is None else before.version)
        if before is None and hashed is None:
            raise Unfit("a new person needs a password")
        version = 1 if before is None else before.version + 1
        saved = Person(person=person, role=role, shut_out=shut_out, version=version)
        await people.save(connection, saved, password=hashed)
        if hashed is not None:
            await people.forget_tries(connection, person)
        await sessions.close_all(connection, person)
    return saved
