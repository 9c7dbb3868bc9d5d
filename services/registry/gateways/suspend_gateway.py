"""Suspend a gateway: its readings count no more."""

from registry.audit.unit_of_work import Office
from registry.gateways.commands import change_gateway
from registry.gateways.gateway import Gateway


async def suspend_gateway(office: Office, *, name: str) -> Gateway:
    """Suspend it; one that is suspended stays so. Raises Unknown, or NotPossible for one never approved."""
    return await change_gateway(office, name=name, become=Gateway.suspended)
