"""Is the card's status the one that the purpose wants?"""

from ketuk_events.outcomes import Check
from ketuk_events.taps import CheckResult
from verification.checks import came_to
from verification.known import Case

_CODES = {"not-activated", "active", "blocked", "lost", "damaged", "replaced"}


def card_status(case: Case) -> CheckResult:
    """A card that the registry does not know is not done, never failed."""
    if case.evidence.uid is None and case.is_vouched:
        # the NIK would name a person, who may have had other cards
        return came_to(Check.CARD_STATUS, "no-uid")
    if case.evidence.uid is None:
        return came_to(Check.CARD_STATUS, "not-reached")
    if case.status is None or case.status not in _CODES:
        return came_to(Check.CARD_STATUS, "unknown-card")
    return came_to(Check.CARD_STATUS, "ok" if case.status == case.purpose.wants_status else case.status)
