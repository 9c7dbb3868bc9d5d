"""Agree with an institution on what it may know."""

from dataclasses import replace

from ketuk_events.catalogue import CHIP_CHECK
from registry.audit.request_context import as_expected
from registry.audit.unit_of_work import Office
from registry.disclosure.agreement import Agreement
from registry.disclosure.store import agreements
from registry.kit.errors import Unfit
from registry.places.store import institutions, places


async def agree(office: Office, agreement: Agreement) -> Agreement:
    """Add a version of the agreement (the version given does not matter), unless it says what the last does.

    Raises Unknown where there is no such institution, and Unfit where it cannot be agreed so.
    """
    if CHIP_CHECK in agreement.purposes:
        raise Unfit("a chip check is told to nobody")
    if agreement.attributes and agreement.public_key is None:
        raise Unfit("attributes are told only to an institution that has registered a public key")
    if agreement.valid_from >= agreement.valid_until:
        raise Unfit("the agreement ends before it begins")
    async with office.deciding() as connection:
        await institutions.lock(connection, agreement.institution)
        if nowhere := await places.missing(connection, agreement.places):
            raise Unfit(f"there is no place {nowhere[0]}")
        last = next(
            (
                each
                for each in await agreements.newest(connection)
                if each.institution == agreement.institution
            ),
            None,
        )
        as_expected(0 if last is None else last.version)
        if last is not None and replace(agreement, version=last.version) == last:
            return last
        agreed = replace(agreement, version=1 if last is None else last.version + 1)
        await agreements.add(connection, agreed)
    return agreed
