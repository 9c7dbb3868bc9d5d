"""The simulator's own record of what it did."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from simulator.kinds import Kind


class Departure(StrEnum):
    """Why a card left the reader."""

    READ = "read"
    PULLED_OUT = "pulled-out"
    UNREAD = "unread"
    """Nobody read it to the end, or pcscd went away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tapped:
    """One card on one reader; times are UTC."""

    reader: int
    kind: Kind
    entered: datetime
    powered: datetime
    """When the reader first gave it power, or asked for its answer to reset."""
    left: datetime
    """When the reader had noticed that it was gone."""
    commands: int
    """How many the card answered."""
    departure: Departure
