"""The simulator's own record of what it did."""

from dataclasses import dataclass
from datetime import datetime

from simulator.kinds import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Tapped:
    """One card on one reader; times are UTC."""

    reader: int
    kind: Kind
    entered: datetime
    powered: datetime
    """When the reader first gave it power, or asked for its answer to reset."""
    left: datetime
    commands: int
    """How many the card answered."""
