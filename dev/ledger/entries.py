"""The two sides of the ledger."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Tapped:
    """One card on one reader, as the simulator saw it."""

    institution: str
    reader: str
    kind: str
    entered: datetime
    powered: datetime
    """When the reader first gave it power: the report of the card follows at once."""
    left: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """One delivery from an agency's queue."""

    institution: str
    """Whose queue it was."""
    event_id: str
    reader: str
    tapped: datetime
    outcome: str
    reason: str
    arrived: datetime
