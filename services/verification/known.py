"""What verification knows when it judges: a copy of the registry's state, frozen for one batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ketuk_events.evidence import Evidence
from ketuk_events.projection import Purpose


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownGateway:
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
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
