"""Does the chip answer as a KTP-el?"""

from ketuk_events.outcomes import Check
from ketuk_events.taps import CheckResult
from verification.rules.case import Case
from verification.rules.checks import came_to


def chip_answers(case: Case) -> CheckResult:
    """Silence is the chip's fault only where the reader has proven itself."""
    match case.evidence.answer:
        case "ktp-el":
            return came_to(Check.CHIP_ANSWERS, "ok")
        case "other":
            return came_to(Check.CHIP_ANSWERS, "not-a-ktp")
        case "none" if case.evidence.reader_proven:
            return came_to(Check.CHIP_ANSWERS, "no-answer")
        case "none":
            return came_to(Check.CHIP_ANSWERS, "reader-unproven")
        case "reader-gone" | "in-use" | "terminal-error" | "terminal-hangs" as code:
            return came_to(Check.CHIP_ANSWERS, code)
        case _:
            return came_to(Check.CHIP_ANSWERS, "card-removed")
