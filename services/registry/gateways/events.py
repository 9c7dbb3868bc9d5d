"""What the registry says of gateways to those who keep a copy."""

from ketuk_events.projection import GatewayApproved, GatewaySuspended
from registry.gateways.gateway import Gateway


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
    """Its readings count no more.

    The key of a suspended one is told with it, or a projection that is rebuilt could not tell its reading,
    which is judged, from an unknown one's. A key that was never approved, or was revoked, is not told.
    """
    known = gateway.state == "suspended"
    return GatewaySuspended(
        region=region,
        gateway=gateway.name,
        institution=gateway.institution if known else None,
        public_key=gateway.public_key if known else None,
        revoked=gateway.state == "revoked",
        version=gateway.version,
    )
