"""Name an institution that has readers or receives events."""

from registry.office import Office
from registry.store import institutions
from registry.store.institutions import Institution


async def name_institution(office: Office, institution: Institution) -> Institution:
    """Add it, or change its name and kind."""
    async with office.deciding() as connection:
        await institutions.save(connection, institution)
    return institution
