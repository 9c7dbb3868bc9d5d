"""Revoke a gateway: its key is not known any more, for good."""

from registry.audit.unit_of_work import Office
from registry.gateways.commands import change_gateway
from registry.gateways.gateway import Gateway


async def revoke_gateway(office: Office, *, name: str) -> Gateway:
    """Revoke it; one that is revoked stays so, and its name is not given again. Raises Unknown."""
    return await change_gateway(office, name=name, become=Gateway.revoked)
