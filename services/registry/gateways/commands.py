"""How a gateway comes into another state, and everybody hears of it."""

from collections.abc import Callable

from ketuk_events.catalogue import GATEWAY_APPROVED, GATEWAY_SUSPENDED
from registry.audit.request_context import as_expected
from registry.audit.unit_of_work import Office
from registry.gateways import store as gateways
from registry.gateways.events import approved, suspended
from registry.gateways.gateway import Gateway
from registry.kit.errors import Unknown


async def change_gateway(office: Office, *, name: str, become: Callable[[Gateway], Gateway]) -> Gateway:
    """Bring it into a state, and say so where that is news. Raises Unknown, and what `become` raises."""
    async with office.deciding() as connection:
        before = await gateways.find(connection, name, region=office.region)
        if before is None:
            raise Unknown(f"there is no gateway {name}")
        as_expected(before.version)
        gateway = become(before)
        if gateway != before:
            await gateways.save(connection, gateway, region=office.region)
            counts = gateway.state == "approved"
            await office.announce(
                connection,
                GATEWAY_APPROVED if counts else GATEWAY_SUSPENDED,
                (approved if counts else suspended)(gateway, region=office.region),
                owner=name,
            )
    return gateway
