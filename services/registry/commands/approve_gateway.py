"""Approve a gateway: its readings count."""

from ketuk_events.catalogue import GATEWAY_APPROVED
from registry.announcements import approved
from registry.gateway import Gateway
from registry.office import Office
from registry.refusals import Unknown
from registry.store import gateways


async def approve_gateway(office: Office, *, name: str) -> Gateway:
    """Approve it; one that is approved stays so. Raises Unknown."""
    async with office.deciding() as connection:
        before = await gateways.find(connection, name, region=office.region)
        if before is None:
            raise Unknown(f"there is no gateway {name}")
        gateway = before.approved()
        if gateway != before:
            await gateways.save(connection, gateway, region=office.region)
            await office.announce(
                connection, GATEWAY_APPROVED, approved(gateway, region=office.region), owner=name
            )
    return gateway
