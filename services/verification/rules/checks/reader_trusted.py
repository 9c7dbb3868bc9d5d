"""Is the gateway approved, and is the tap within the age that its purpose allows?

Whether the gateway is known and the seal holds was settled before: a message that fails there is not judged.
"""

from datetime import timedelta

from ketuk_events.outcomes import Check
from ketuk_events.taps import CheckResult
from verification.rules.case import Case
from verification.rules.checks import came_to
from verification.rules.default_purposes import UNKNOWN

CLOCK_SLACK = timedelta(minutes=5)


def reader_trusted(case: Case) -> CheckResult:
    """Failed for a suspended gateway; not done for an unknown purpose, or a tap late or of the future."""
    if not case.gateway_approved:
        return came_to(Check.READER_TRUSTED, "suspended")
    if case.purpose is UNKNOWN:
        return came_to(Check.READER_TRUSTED, "no-such-purpose")
    age = case.now - case.began
    if not -CLOCK_SLACK <= age <= timedelta(seconds=case.purpose.max_age_seconds):
        return came_to(Check.READER_TRUSTED, "late")
    return came_to(Check.READER_TRUSTED, "ok")
