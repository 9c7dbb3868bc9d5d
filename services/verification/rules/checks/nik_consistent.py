"""Does the NIK agree with the date of birth? A notice only: the NIK stays when a date is corrected."""

import re

from ketuk_events.outcomes import Check
from ketuk_events.taps import CheckResult
from verification.rules.case import Case
from verification.rules.checks import came_to

_WOMEN_ADD_DAYS = 40
# ASCII alone: what else Unicode calls a digit is not always a number
_NIK, _DAY = re.compile("[0-9]{16}"), re.compile("[0-9]{1,2}")


def nik_consistent(case: Case) -> CheckResult:
    """Compares DDMMYY of the NIK (women: day + 40) with the date of birth DD-MM-YYYY."""
    nik, born = case.attributes.get("nik", ""), case.attributes.get("born", "")
    day, _, rest = born.partition("-")
    if not (_NIK.fullmatch(nik) and _DAY.fullmatch(day)):
        return came_to(Check.NIK_CONSISTENT, "not-reached")
    month_year = rest[:2] + rest[-2:]
    days = {f"{int(day):02}", f"{int(day) + _WOMEN_ADD_DAYS:02}"}
    agrees = nik[6:8] in days and nik[8:12] == month_year
    return came_to(Check.NIK_CONSISTENT, "ok" if agrees else "differs")
