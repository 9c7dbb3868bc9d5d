"""Is the card's status the one that the purpose wants?"""

import re

from ketuk_events.outcomes import Check, Result
from ketuk_events.taps import CheckResult
from verification.rules.case import Case
from verification.rules.checks import came_to
from verification.rules.checks.data_signed import data_signed

_CODES = {"not-activated", "active", "blocked", "lost", "damaged", "replaced"}
_NIK = re.compile("[0-9]{16}")


def card_status(case: Case) -> CheckResult:
    """A card that the registry does not know is not done, never failed.

    The UID stands under no signature, so it is held against what does: the number of an active card beside
    the data of one that is lost is neither.
    """
    if case.evidence.uid is None and case.is_vouched:
        # the NIK would name a person, who may have had other cards
        return came_to(Check.CARD_STATUS, "no-uid")
    if case.evidence.uid is None:
        return came_to(Check.CARD_STATUS, "not-reached")
    if case.status is None or case.status not in _CODES:
        return came_to(Check.CARD_STATUS, "unknown-card")
    if _is_of_another(case):
        return came_to(Check.CARD_STATUS, "other-holder")
    return came_to(Check.CARD_STATUS, "ok" if case.status == case.purpose.wants_status else case.status)


def _is_of_another(case: Case) -> bool:
    nik = case.attributes.get("nik", "")
    return (
        case.holder is not None
        and _NIK.fullmatch(nik) is not None
        and data_signed(case).result == Result.PASSED
        and not case.holder.has(nik)
    )
