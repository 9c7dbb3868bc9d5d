"""Could every file that the purpose needs be read whole?"""

from ketuk_events.outcomes import TERMINAL_SAYS, Check
from ketuk_events.taps import CheckResult
from verification.rules.case import Case
from verification.rules.checks import came_to

NEEDED = ("6FF0", "6FF2")
"""Card control and photo: every purpose reads them."""
FINGERS = ("6FF4", "6FF5")
"""Either may match, so one that is damaged is no loss."""
_NAMED = 13
"""Files for which a detail has room; a card has seven."""
_CUT_SHORT = {"removed": "card-removed", "reader-gone": "reader-gone", "slow": "too-slow"}


def chip_readable(case: Case) -> CheckResult:
    """Names the files that are damaged; a card that left, or a reader, is not the chip's fault."""
    if case.is_by_terminal:
        return _given(case)
    states = {reading.file: reading.state for reading in case.evidence.files}
    damaged = [file for file, state in states.items() if state in {"damaged", "missing"}]
    if damaged and any(states.get(file) == "read" for file in FINGERS):
        damaged = [file for file in damaged if file not in FINGERS]
    if damaged:
        return came_to(Check.CHIP_READABLE, "file-damaged", ", ".join(damaged[:_NAMED]))
    for state, code in _CUT_SHORT.items():
        if state in states.values():
            return came_to(Check.CHIP_READABLE, code)
    if any(states.get(file) != "read" for file in NEEDED):
        return came_to(Check.CHIP_READABLE, "not-reached")
    if case.evidence.biodata is not None and not case.attributes:
        return came_to(Check.CHIP_READABLE, "biodata-malformed")
    return came_to(Check.CHIP_READABLE, "ok")


def _given(case: Case) -> CheckResult:
    """A terminal names no files, and its form of biodata is not public: nothing here is a failure."""
    why = case.evidence.authentication.code
    if why in {"terminal-error", "terminal-hangs"}:
        return came_to(Check.CHIP_READABLE, why)
    if case.evidence.biodata is None:
        return came_to(Check.CHIP_READABLE, "not-told")
    understood = bool(case.attributes)
    return came_to(Check.CHIP_READABLE, TERMINAL_SAYS if understood else "terminal-unclear")
