"""Could every file that the purpose needs be read whole?"""

from ketuk_events.outcomes import Check
from ketuk_events.taps import CheckResult
from verification.checks import came_to
from verification.known import Case

NEEDED = ("6FF0", "6FF2")
"""Card control and photo: every purpose reads them."""


def chip_readable(case: Case) -> CheckResult:
    """Names the first file that is damaged; a card that left is not the chip's fault."""
    states = {reading.file: reading.state for reading in case.evidence.files}
    for file, state in states.items():
        if state in {"damaged", "missing"}:
            return came_to(Check.CHIP_READABLE, "file-damaged", file)
    if "removed" in states.values():
        return came_to(Check.CHIP_READABLE, "card-removed")
    if any(states.get(file) != "read" for file in NEEDED):
        return came_to(Check.CHIP_READABLE, "not-reached")
    return came_to(Check.CHIP_READABLE, "ok")
