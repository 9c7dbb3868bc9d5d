"""What the registry says of purposes to those who keep a copy."""

from ketuk_events.projection import PurposesChanged
from registry.purposes.store import Published


def purposes_changed(published: Published) -> PurposesChanged:
    """These rules count."""
    return PurposesChanged(purposes=published.purposes, version=published.version)
