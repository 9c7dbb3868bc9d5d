"""Approve a gateway: its readings count."""

from registry.commands.change_gateway import change_gateway
from registry.gateway import Gateway
from registry.office import Office


async def approve_gateway(office: Office, *, name: str) -> Gateway:
    """Approve it; one that is approved stays so. Raises Unknown, or NotPossible for a revoked one."""
    return await change_gateway(office, name=name, become=Gateway.approved)
