"""Suspend a gateway: its readings count no more."""

from registry.commands.change_gateway import change_gateway
from registry.gateway import Gateway
from registry.office import Office


async def suspend_gateway(office: Office, *, name: str) -> Gateway:
    """Suspend it; one that is suspended stays so. Raises Unknown, or NotPossible for one never approved."""
    return await change_gateway(office, name=name, become=Gateway.suspended)
