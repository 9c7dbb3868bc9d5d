"""What verification knows when it judges: a copy of the registry's state, frozen for one batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from msgspec import Struct, field
from msgspec.structs import force_setattr

from ketuk_events.evidence import Evidence, Finding
from ketuk_events.outcomes import TERMINAL_SAYS
from ketuk_events.projection import Purpose
from verification.rules.biodata import attributes
from verification.rules.card_ref import CardHolder


class KnownGateway(Struct, frozen=True, kw_only=True):
    """A gateway as the registry announced it."""

    institution: str
    public_key: str
    """PEM."""
    approved: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """The purposes as of a version."""

    purposes: Mapping[str, Purpose]
    version: int


BY_WORD = Finding(result="passed", code=TERMINAL_SAYS)
FROM_TERMINALS = frozenset({TERMINAL_SAYS, "terminal-error", "terminal-hangs", "not-told"})
"""What the evidence has on authentication where a terminal asked the card, and not the gateway itself."""


class OwnCheck(Enum):
    """What our own check of the card's signature came to, beside the SAM's."""

    NOT_CONFIGURED = "not-configured"
    """No issuer's key was ever published: the SAM's word is all there is."""
    NOT_POSSIBLE = "not-possible"
    """Something that it needs was not read, or no key is valid."""
    HOLDS = "holds"
    REFUTED = "refuted"


class KnownCard(Struct, frozen=True, kw_only=True):
    """A card as the registry announced it."""

    status: str
    holder: str | None = None
    """Keyed hash of a NIK; None where the registry does not know whose it is."""


class Case(Struct, frozen=True, kw_only=True):
    """One tap, with all that its verdict may depend on."""

    evidence: Evidence
    purpose: Purpose
    purpose_version: int
    gateway_approved: bool
    began: datetime
    now: datetime
    status: str | None
    """The card's status; None where the registry does not know the card."""
    projection_version: int
    own_check: OwnCheck
    holder: CardHolder | None = None
    """Whose the card is; None where the registry does not know."""
    attributes: dict[str, str] = field(default_factory=dict)
    """What the biodata names; nothing where there is none, or it is malformed."""

    def __post_init__(self) -> None:
        """Take the biodata apart once, for several ask for it."""
        force_setattr(self, "attributes", attributes(self.evidence.biodata))

    @property
    def is_by_terminal(self) -> bool:
        """Whether a terminal read the card inside itself, so that we have no more than its word."""
        return self.evidence.authentication.code in FROM_TERMINALS

    @property
    def is_vouched(self) -> bool:
        """Whether a terminal says that the card is authentic."""
        return self.evidence.authentication == BY_WORD
