"""Make a code with which a gateway enrols."""

from dataclasses import dataclass
from datetime import UTC, datetime

from registry.audit.unit_of_work import Office
from registry.gateways import enrolment_store as enrolments
from registry.gateways.enrolment_code import LIVES, Code, Enrolment
from registry.places.require_existing import must_be_there
from registry.places.store import institutions


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeCode:
    """A code, told this once."""

    code: str
    expires: datetime


async def make_enrolment_code(office: Office, *, gateway: str, institution: str, place: str) -> MadeCode:
    """Make a code; an earlier one of this gateway counts no more.

    Raises Unfit where there is no such institution or place.
    """
    code, expires = Code.made(), datetime.now(UTC) + LIVES
    async with office.deciding() as connection:
        await must_be_there(connection, institution=institution, place=place)
        await institutions.lock(connection, institution)
        await enrolments.add(
            connection,
            Enrolment(
                code_id=code.name,
                digest=code.digest,
                gateway=gateway,
                institution=institution,
                place=place,
                expires=expires,
            ),
            region=office.region,
        )
    return MadeCode(code=str(code), expires=expires)
