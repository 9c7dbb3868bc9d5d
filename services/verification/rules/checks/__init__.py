"""The checks of a verdict, one module each: pure functions from what is known to a `CheckResult`."""

from ketuk_events.outcomes import REASONS, Check
from ketuk_events.taps import LONGEST_DETAIL, CheckResult

_RESULTS = {
    (each.check, each.code): CheckResult(check=each.check, result=each.result, code=each.code)
    for each in REASONS
}


def came_to(check: Check, code: str, detail: str = "") -> CheckResult:
    """A check's result by its code, with as much of a detail as the contract takes.

    Raises KeyError for a code that the outcome catalogue does not hold.
    """
    result = _RESULTS[check, code]
    if not detail:
        return result
    return CheckResult(check=check, result=result.result, code=code, detail=detail[:LONGEST_DETAIL])
