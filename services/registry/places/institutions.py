"""Institutions: the file that a city starts with, and naming one."""

from registry.audit.unit_of_work import Office
from registry.kit import csv_file as data_file
from registry.kit.csv_file import BadFile, Lines
from registry.places.require_existing import must_be_there
from registry.places.store import institutions
from registry.places.store.institutions import Institution


def read_institutions(content: bytes) -> Lines[Institution]:
    """Those of a file, by line. Raises BadFile."""
    rows = data_file.read(content, Institution)
    if bad := list(data_file.must_be_alone(rows, lambda each: each.institution)):
        raise BadFile(bad)
    return rows


async def name_institution(office: Office, institution: Institution) -> Institution:
    """Add it, or change its name and kind, and its place where one is given. Raises Unfit."""
    async with office.deciding() as connection:
        await must_be_there(connection, place=institution.place)
        await institutions.save(connection, institution)
    return institution
