"""An agreement (PKS): what one institution may know, on which ground, for how long."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """One version of the agreement with an institution; the newest is the one that counts."""

    institution: str
    version: int
    reference: str
    """The institution's own name for it."""
    legal_basis: str
    purposes: tuple[str, ...]
    attributes: tuple[str, ...]
    """The biodata that may be told, by name."""
    places: tuple[str, ...]
    """Codes; each includes what lies in it. The institution's own readers are always included."""
    readers: tuple[str, ...]
    """`gateway/reader`."""
    valid_from: datetime
    valid_until: datetime
    """The moment at which it has ended."""
    public_key: dict[str, str] | None
    """The institution's P-256 JWK; without one no attribute is told."""

    def holds_at(self, moment: datetime) -> bool:
        """Whether it is in force."""
        return self.valid_from <= moment < self.valid_until
