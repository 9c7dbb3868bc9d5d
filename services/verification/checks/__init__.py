"""The checks of a verdict, one module each: pure functions from what is known to a `CheckResult`."""

from ketuk_events.outcomes import Check, reason
from ketuk_events.taps import CheckResult


def came_to(check: Check, code: str, detail: str = "") -> CheckResult:
    """A check's result by its code. Raises KeyError for a code that the outcome catalogue does not hold."""
    return CheckResult(check=check, result=reason(check, code).result, code=code, detail=detail)
