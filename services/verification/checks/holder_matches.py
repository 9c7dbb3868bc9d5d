"""Is the card in the hand of its holder?"""

from ketuk_events.outcomes import Check
from ketuk_events.taps import CheckResult
from verification.checks import came_to
from verification.known import Case


def holder_matches(_: Case) -> CheckResult:
    """Not done: no reader of this version compares fingers, and evidence has no place for it."""
    return came_to(Check.HOLDER_MATCHES, "not-asked")
