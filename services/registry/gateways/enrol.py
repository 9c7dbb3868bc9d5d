"""Make an enrolment code, and enrol a gateway with it: it is requested then, until the office approves it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.crypto.enrolment_proof import Enrol, Enrolled
from chassis.storage.postgres import Connection
from registry.audit.request_context import comes_to_nothing, concerns
from registry.audit.unit_of_work import Office
from registry.gateways import enrolment_store as enrolments
from registry.gateways.commands import describe
from registry.gateways.enrolment_code import LIVES, Code, Enrolment
from registry.keys import store as keys
from registry.keys.recipients import recipients
from registry.kit.errors import NotPossible, Unfit
from registry.places.require_existing import must_be_there
from registry.places.store import institutions

SEALED_FOR = "verification"


async def enrol_gateway(office: Office, sent: Enrol, *, root: str | None) -> Enrolled:
    """Take the code and the gateway's public key; a gateway that lost the answer may ask again.

    Raises Unfit where the proof does not hold, and NotPossible for a code that is wrong, used or expired, all
    in the same words, or where there is no root or no key to seal for.
    """
    if not sent.is_proven():
        raise Unfit("the gateway does not show that it has the private key")
    if root is None:
        raise NotPossible("the registry knows no root: set KETUK_ROOT_PUBLIC_KEY")
    now = datetime.now(UTC)
    async with office.deciding() as connection:
        sealed_for = recipients(await keys.all_keys(connection), owner=SEALED_FOR, now=now)
        if not sealed_for:
            raise NotPossible(f"publish a key of {SEALED_FOR} first: the gateway could not seal")
        enrolment = await _opened(connection, sent, region=office.region, now=now)
        if enrolment is None:
            comes_to_nothing("the code is wrong, used or expired")
        else:
            concerns(enrolment.gateway)
            await describe(
                connection,
                office,
                name=enrolment.gateway,
                institution=enrolment.institution,
                place=enrolment.place,
                public_key=sent.public_key,
            )
            await enrolments.used(connection, enrolment.code_id, public_key=sent.public_key)
    # only now, for a miss must be counted
    if enrolment is None:
        raise NotPossible("the code is wrong, used or expired: ask the office for a new one")
    return Enrolled(
        region=office.region,
        gateway=enrolment.gateway,
        institution=enrolment.institution,
        place=enrolment.place,
        root_public_key=root,
        keys=sealed_for,
    )


async def _opened(connection: Connection, sent: Enrol, *, region: str, now: datetime) -> Enrolment | None:
    code = Code.typed(sent.code)
    found = await enrolments.find(connection, code.name, region=region)
    if found is None or not found.is_open(public_key=sent.public_key, now=now):
        return None
    if not found.is_of(code):
        await enrolments.missed(connection, found.code_id)
        return None
    return found


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
