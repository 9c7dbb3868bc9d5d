"""Name an institution that has readers or receives events."""

from registry.commands.must_be_there import must_be_there
from registry.office import Office
from registry.store import institutions
from registry.store.institutions import Institution


async def name_institution(office: Office, institution: Institution) -> Institution:
    """Add it, or change its name and kind, and its place where one is given. Raises Unfit."""
    async with office.deciding() as connection:
        await must_be_there(connection, place=institution.place)
        await institutions.save(connection, institution)
    return institution
