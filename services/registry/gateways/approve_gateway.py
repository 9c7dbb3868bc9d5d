"""Approve a gateway: its readings count."""

from registry.audit.unit_of_work import Office
from registry.gateways.commands import change_gateway
from registry.gateways.gateway import Gateway


async def approve_gateway(office: Office, *, name: str) -> Gateway:
    """Approve it; one that is approved stays so. Raises Unknown, or NotPossible for a revoked one."""
    return await change_gateway(office, name=name, become=Gateway.approved)
