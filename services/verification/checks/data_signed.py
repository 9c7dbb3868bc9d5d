"""Does the digital signature over the card's data hold, by the SAM's word?"""

from ketuk_events.outcomes import Check
from ketuk_events.taps import CheckResult
from verification.checks import came_to
from verification.known import Case


def data_signed(case: Case) -> CheckResult:
    """A signature counts only on a card that is authentic, for the SAM saw the data through that session."""
    if case.evidence.authentication.result != "passed":
        return came_to(Check.DATA_SIGNED, "not-reached")
    finding = case.evidence.signature
    if (finding.result, finding.code) == ("passed", "ok"):
        return came_to(Check.DATA_SIGNED, "ok")
    if finding.result == "failed":
        return came_to(Check.DATA_SIGNED, "signature-invalid")
    return came_to(Check.DATA_SIGNED, "not-reached")
