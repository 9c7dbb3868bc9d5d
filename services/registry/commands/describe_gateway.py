"""Describe a gateway: whose it is, where it stands, by which key its readings are known."""

from ketuk_events.catalogue import GATEWAY_SUSPENDED
from registry.announcements import suspended
from registry.gateway import Gateway
from registry.office import Office
from registry.refusals import Unfit, Unknown
from registry.store import gateways, institutions, places


async def describe_gateway(
    office: Office, *, name: str, institution: str, place: str, public_key: str
) -> Gateway:
    """Add a gateway, or describe it anew; one that changed counts no more until it is approved again.

    Raises Unfit where there is no such institution or place.
    """
    async with office.deciding() as connection:
        try:
            await institutions.lock(connection, institution)
        except Unknown as unknown:
            raise Unfit(str(unknown)) from None
        if await places.missing(connection, [place]):
            raise Unfit(f"there is no place {place}")
        before = await gateways.find(connection, name, region=office.region)
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
