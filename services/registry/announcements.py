"""What the registry says of a gateway to those who keep a copy."""

from ketuk_events.projection import GatewayApproved, GatewaySuspended
from registry.gateway import Gateway


def approved(gateway: Gateway, *, region: str) -> GatewayApproved:
    """Its readings count, under its key."""
    return GatewayApproved(
        region=region,
        gateway=gateway.name,
        institution=gateway.institution,
        place=gateway.place,
        public_key=gateway.public_key,
        version=gateway.version,
    )


def suspended(gateway: Gateway, *, region: str) -> GatewaySuspended:
    """Its readings count no more."""
    return GatewaySuspended(region=region, gateway=gateway.name, version=gateway.version)
