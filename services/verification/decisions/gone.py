"""What was kept once and is no more: a tap of these months may have been judged, and is not judged again."""

from dataclasses import dataclass
from datetime import datetime

from ketuk_events.tap_ids import milliseconds, told_by


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """The time whose decisions were kept and have been dropped.

    A tap from before `began` was never kept by its month: its gateway's clock is wrong; it is judged late.
    """

    began: datetime
    since: datetime
    """Decisions are kept from here on."""

    def covers(self, tap: str) -> bool:
        """Whether the tap may have been judged by a decision that is no more."""
        return milliseconds(self.began) <= told_by(tap) < milliseconds(self.since)
