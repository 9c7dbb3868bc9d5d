"""A resident of the city, and how far he or she has come to a card."""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

Step: TypeAlias = Literal["recorded", "sent", "received", "checked", "ready", "printed", "activated"]
STEPS: tuple[Step, ...] = ("recorded", "sent", "received", "checked", "ready", "printed", "activated")
"""Biometrics captured, sent, received at the centre, found to be nobody else's, ready to print, printed,
activated."""


class Resident(Struct, frozen=True, kw_only=True, gc=False):
    """A person who has to have a card, with the days of the steps that were taken."""

    nik: str
    name: str
    born: date
    sex: str
    place: str
    """Of residence; outside the city is normal."""
    obliged_from: date
    obliged_until: date | None = None
    """The first day on which the duty was no more: moved away, or died."""
    recorded: date | None = None
    sent: date | None = None
    received: date | None = None
    checked: date | None = None
    ready: date | None = None
    printed: date | None = None
    activated: date | None = None

    @property
    def days(self) -> tuple[date | None, ...]:
        """Of the steps, in their order."""
        return (
            self.recorded, self.sent, self.received, self.checked, self.ready, self.printed, self.activated,
        )  # fmt: skip

    @property
    def taken(self) -> int:
        """How many steps were taken."""
        return sum(day is not None for day in self.days)


def may_become(before: Resident, after: Resident) -> str | None:
    """Whether what is said of a NIK now can follow what was known; if not, the code of the reason."""
    if before.born != after.born and before.name != after.name:
        return "another-person"
    if after.taken < before.taken:
        return "goes-back"
    return None
