"""Did card and SAM authenticate each other?"""

from ketuk_events.outcomes import TERMINAL_SAYS, Check
from ketuk_events.taps import CheckResult
from verification.rules.case import Case
from verification.rules.checks import came_to

_NOT_DONE = {"no-sam", "sam-refused", "sam-locked", "sam-busy", "sam-silent"}


def card_authentic(case: Case) -> CheckResult:
    """Passed on the SAM's word, or by name on a terminal's; whatever is not a clear word is not done."""
    finding = case.evidence.authentication
    if case.is_vouched:
        return came_to(Check.CARD_AUTHENTIC, TERMINAL_SAYS)
    if (finding.result, finding.code) == ("passed", "ok"):
        return came_to(Check.CARD_AUTHENTIC, "ok")
    if finding.result == "failed":
        return came_to(Check.CARD_AUTHENTIC, "authentication-failed")
    return came_to(Check.CARD_AUTHENTIC, finding.code if finding.code in _NOT_DONE else "not-reached")
