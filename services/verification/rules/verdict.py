"""The verdict: a pure function of findings and rules.

A needed check failed: refused, with the first in order. Else one not done: inconclusive. Else the purpose's
good word. Assurance is what was reached; what passed on a terminal's word reaches *vouched* and never more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ketuk_events.outcomes import TERMINAL_SAYS, Assurance, Check, Outcome, Result
from ketuk_events.projection import Purpose
from ketuk_events.taps import CheckResult
from verification.rules.case import Case
from verification.rules.checks.card_authentic import card_authentic
from verification.rules.checks.card_status import card_status
from verification.rules.checks.chip_answers import chip_answers
from verification.rules.checks.chip_readable import chip_readable
from verification.rules.checks.data_signed import data_signed
from verification.rules.checks.holder_matches import holder_matches
from verification.rules.checks.nik_consistent import nik_consistent
from verification.rules.checks.reader_trusted import reader_trusted

CHECKS = (
    reader_trusted,
    chip_answers,
    chip_readable,
    card_authentic,
    data_signed,
    card_status,
    holder_matches,
    nik_consistent,
)
"""In the order in which they decide (the order of `ketuk_events.outcomes.Check`)."""

STEPS: tuple[tuple[Assurance, frozenset[Check]], ...] = (
    (Assurance.CHIP, frozenset({Check.READER_TRUSTED, Check.CHIP_ANSWERS, Check.CHIP_READABLE})),
    (Assurance.GENUINE, frozenset({Check.CARD_AUTHENTIC, Check.DATA_SIGNED, Check.CARD_STATUS})),
    (Assurance.HOLDER, frozenset({Check.HOLDER_MATCHES})),
)
"""What proves each level, beside those before it."""
VOUCHED_FOR = STEPS[0][1] | {Check.CARD_AUTHENTIC}
"""What must have passed, be it on a terminal's word, where a terminal vouches for a card."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How a tap ends."""

    outcome: str
    assurance: Assurance
    reason: CheckResult | None
    checks: tuple[CheckResult, ...]


def judge(case: Case) -> Verdict:
    """Run all checks on a case and conclude."""
    return conclude([check(case) for check in CHECKS], case.purpose)


def conclude(checks: Sequence[CheckResult], purpose: Purpose) -> Verdict:
    """The verdict that follows from checks, given in their order; a purpose without needs proves nothing."""
    needed = [check for check in checks if check.check in purpose.needs]
    wanting = [check for check in needed if check.result != Result.PASSED]
    failed = next((check for check in wanting if check.result == Result.FAILED), None)
    if failed is not None:
        outcome = Outcome.REFUSED.value
    elif wanting or not needed or len(needed) < len(purpose.needs):
        outcome = Outcome.INCONCLUSIVE.value
    else:
        outcome = purpose.good_word
    return Verdict(
        outcome=outcome,
        assurance=_reached(checks),
        reason=failed or next(iter(wanting), None),
        checks=tuple(checks),
    )


def _reached(checks: Sequence[CheckResult]) -> Assurance:
    passed = {check.check for check in checks if check.result == Result.PASSED}
    proven = passed - {check.check for check in checks if check.code == TERMINAL_SAYS}
    if Check.CARD_AUTHENTIC in passed - proven and passed >= VOUCHED_FOR:
        return Assurance.VOUCHED
    reached = Assurance.NONE
    for assurance, wanted in STEPS:
        if not wanted <= proven:
            break
        reached = assurance
    return reached
