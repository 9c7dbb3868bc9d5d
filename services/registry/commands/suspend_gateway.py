"""Suspend a gateway: its readings count no more."""

from ketuk_events.catalogue import GATEWAY_SUSPENDED
from registry.announcements import suspended
from registry.gateway import Gateway
from registry.office import Office
from registry.refusals import Unknown
from registry.store import gateways


async def suspend_gateway(office: Office, *, name: str) -> Gateway:
    """Suspend it; one that is suspended stays so. Raises Unknown, or NotPossible for one never approved."""
    async with office.deciding() as connection:
        before = await gateways.find(connection, name, region=office.region)
        if before is None:
            raise Unknown(f"there is no gateway {name}")
        gateway = before.suspended()
        if gateway != before:
            await gateways.save(connection, gateway, region=office.region)
            await office.announce(
                connection, GATEWAY_SUSPENDED, suspended(gateway, region=office.region), owner=name
            )
    return gateway
