"""Revoke a gateway: its key is not known any more, for good."""

from registry.commands.change_gateway import change_gateway
from registry.gateway import Gateway
from registry.office import Office


async def revoke_gateway(office: Office, *, name: str) -> Gateway:
    """Revoke it; one that is revoked stays so, and its name is not given again. Raises Unknown."""
    return await change_gateway(office, name=name, become=Gateway.revoked)
