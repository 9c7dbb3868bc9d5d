"""Does the digital signature over the card's data hold, by the SAM's word and by our own check?"""

from ketuk_events.outcomes import Check
from ketuk_events.taps import CheckResult
from verification.rules.case import Case, OwnCheck
from verification.rules.checks import came_to


def data_signed(case: Case) -> CheckResult:
    """A signature counts only on a card that is authentic, for the SAM saw the data through that session.

    Where an issuer's key is configured both have to say so. No terminal is known to say anything of it.
    """
    if case.is_by_terminal:
        return came_to(Check.DATA_SIGNED, "not-told")
    if case.evidence.authentication.result != "passed":
        return came_to(Check.DATA_SIGNED, "not-reached")
    finding = case.evidence.signature
    passed, failed = (finding.result, finding.code) == ("passed", "ok"), finding.result == "failed"
    if (passed and case.own_check is OwnCheck.REFUTED) or (failed and case.own_check is OwnCheck.HOLDS):
        return came_to(Check.DATA_SIGNED, "signature-disputed")
    if failed:
        return came_to(Check.DATA_SIGNED, "signature-invalid")
    if not passed:
        return came_to(Check.DATA_SIGNED, "not-reached")
    return came_to(Check.DATA_SIGNED, "not-rechecked" if case.own_check is OwnCheck.NOT_POSSIBLE else "ok")
