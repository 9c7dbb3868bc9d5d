"""Is the card in the hand of its holder?"""

from ketuk_events.evidence import Finding
from ketuk_events.outcomes import TERMINAL_SAYS, Check, Result, reason
from ketuk_events.taps import CheckResult
from verification.rules.case import Case
from verification.rules.checks import came_to
from verification.rules.checks.data_signed import data_signed


def holder_matches(case: Case) -> CheckResult:
    """A finger counts only beside a signature that holds: else it was compared with anybody's data."""
    said = case.evidence.holder
    try:
        known = reason(Check.HOLDER_MATCHES, said.code)
    except KeyError:
        return came_to(Check.HOLDER_MATCHES, "not-asked")
    if known.result != said.result or (known.result == Result.PASSED and not _is_genuine(case, said)):
        return came_to(Check.HOLDER_MATCHES, "not-asked")
    return came_to(Check.HOLDER_MATCHES, said.code)


def _is_genuine(case: Case, said: Finding) -> bool:
    if case.is_by_terminal or said.code == TERMINAL_SAYS:
        # a terminal that vouches for the card and for the finger, and no mixture
        return case.is_vouched and said.code == TERMINAL_SAYS
    return data_signed(case).result == Result.PASSED
