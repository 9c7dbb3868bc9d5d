"""Describe a gateway: whose it is, where it stands, by which key its readings are known."""

from chassis.storage.postgres import Connection
from ketuk_events.catalogue import GATEWAY_SUSPENDED
from registry.audit.request_context import as_expected
from registry.audit.unit_of_work import Office
from registry.gateways import store as gateways
from registry.gateways.events import suspended
from registry.gateways.gateway import Gateway
from registry.places.require_existing import must_be_there
from registry.places.store import institutions


async def describe_gateway(
    office: Office, *, name: str, institution: str, place: str, public_key: str
) -> Gateway:
    """Add a gateway, or describe it anew; one that changed counts no more until it is approved again.

    Raises Unfit where there is no such institution or place, and NotPossible for a revoked one.
    """
    async with office.deciding() as connection:
        return await describe(
            connection, office, name=name, institution=institution, place=place, public_key=public_key
        )


async def describe(
    connection: Connection, office: Office, *, name: str, institution: str, place: str, public_key: str
) -> Gateway:
    """The same in a transaction that does more."""
    await must_be_there(connection, institution=institution, place=place)
    await institutions.lock(connection, institution)
    before = await gateways.find(connection, name, region=office.region)
    as_expected(0 if before is None else before.version)
    if before is None:
        described = Gateway(name=name, institution=institution, place=place, public_key=public_key)
    else:
        described = before.described_as(institution=institution, place=place, public_key=public_key)
    await gateways.save(connection, described, region=office.region)
    if before is not None and before.state == "approved" and described.state != "approved":
        await office.announce(
            connection,
            GATEWAY_SUSPENDED,
            suspended(described, region=office.region),
            owner=name,
        )
    return described
