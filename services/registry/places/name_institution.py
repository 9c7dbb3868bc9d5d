"""Name an institution that has readers or receives events."""

from registry.audit.unit_of_work import Office
from registry.places.require_existing import must_be_there
from registry.places.store import institutions
from registry.places.store.institutions import Institution


async def name_institution(office: Office, institution: Institution) -> Institution:
    """Add it, or change its name and kind, and its place where one is given. Raises Unfit."""
    async with office.deciding() as connection:
        await must_be_there(connection, place=institution.place)
        await institutions.save(connection, institution)
    return institution
