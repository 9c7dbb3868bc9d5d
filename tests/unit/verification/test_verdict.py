from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketuk_events.evidence import FileReading, Finding
from ketuk_events.outcomes import REASONS, Check, Outcome
from ketuk_events.projection import Purpose
from ketuk_events.taps import CheckResult
from tests.unit.verification.given import (
    BIODATA,
    NIK,
    NO_SAM,
    NOT_REACHED,
    OTHER_NIK,
    PASSED,
    PLAIN,
    case,
    evidence,
    unread,
)
from verification.rules.case import Case
from verification.rules.verdict import CHECKS, conclude, judge

FAILED_AUTHENTICATION = Finding(result="failed", code="authentication-failed")
INVALID_SIGNATURE = Finding(result="failed", code="signature-invalid")
DAMAGED = (PLAIN[0], FileReading(file="6FF2", state="damaged"))
CUT_SHORT = (PLAIN[0], FileReading(file="6FF2", state="removed"))

COPIED = evidence(authentication=FAILED_AUTHENTICATION, signature=NOT_REACHED, biodata=None)
WITHOUT_SAM = evidence(authentication=NO_SAM, signature=NOT_REACHED)
CHECKED_COPY = evidence(authentication=NOT_REACHED, signature=NOT_REACHED, purpose="chip-check")
SILENT_UNPROVEN = unread("none", proven=False)

TABLE: dict[str, tuple[Case, str, str, str]] = {
    "healthy": (case(evidence()), "verified", "genuine", ""),
    "photo-copied": (case(COPIED), "refused", "chip", "card.authentic/authentication-failed"),
    "data-altered": (
        case(evidence(signature=INVALID_SIGNATURE)),
        "refused",
        "chip",
        "data.signed/signature-invalid",
    ),
    "not-activated": (
        case(evidence(), status="not-activated"),
        "refused",
        "chip",
        "card.status/not-activated",
    ),
    "blocked": (case(evidence(), status="blocked"), "refused", "chip", "card.status/blocked"),
    "its holder's": (case(evidence(), holder=NIK), "verified", "genuine", ""),
    "another's": (case(evidence(), holder=OTHER_NIK), "refused", "chip", "card.status/other-holder"),
    "another's and blocked": (
        case(evidence(), status="blocked", holder=OTHER_NIK),
        "refused",
        "chip",
        "card.status/other-holder",
    ),
    "another's and altered": (
        case(evidence(signature=INVALID_SIGNATURE), holder=OTHER_NIK),
        "refused",
        "chip",
        "data.signed/signature-invalid",
    ),
    "unknown": (case(evidence(), status=None), "inconclusive", "chip", "card.status/unknown-card"),
    "not-a-ktp": (case(unread("other")), "refused", "none", "chip.answers/not-a-ktp"),
    "mute": (case(unread("none")), "refused", "none", "chip.answers/no-answer"),
    "mute-unproven": (case(SILENT_UNPROVEN), "inconclusive", "none", "chip.answers/reader-unproven"),
    "gone at once": (case(unread("removed")), "inconclusive", "none", "chip.answers/card-removed"),
    "removed": (
        case(unread("ktp-el", files=CUT_SHORT)),
        "inconclusive",
        "none",
        "chip.readable/card-removed",
    ),
    "damaged-file": (
        case(unread("ktp-el", files=DAMAGED)),
        "refused",
        "none",
        "chip.readable/file-damaged",
    ),
    "no-sam": (case(WITHOUT_SAM), "inconclusive", "chip", "card.authentic/no-sam"),
    "suspended gateway": (case(evidence(), approved=False), "refused", "none", "reader.trusted/suspended"),
    "late": (case(evidence(), age=timedelta(days=2)), "inconclusive", "none", "reader.trusted/late"),
    "early": (case(evidence(), age=timedelta(hours=-1)), "inconclusive", "none", "reader.trusted/late"),
    "chip check of a copy": (case(CHECKED_COPY, status=None), "alive", "chip", ""),
    "holder": (case(evidence(purpose="identify")), "inconclusive", "genuine", "holder.matches/not-asked"),
}


@pytest.mark.parametrize("kind", TABLE)
def test_each_kind_of_card_comes_to_what_the_design_says(kind: str) -> None:
    given_case, outcome, assurance, reason = TABLE[kind]
    verdict = judge(given_case)
    named = "" if verdict.reason is None else f"{verdict.reason.check}/{verdict.reason.code}"
    assert (verdict.outcome, verdict.assurance, named) == (outcome, assurance, reason)


def test_a_purpose_whose_check_does_not_exist_is_never_fulfilled() -> None:
    purpose = Purpose(
        purpose="x", needs=("moon.full",), good_word="verified", wants_status="active", max_age_seconds=1
    )
    checks = [CheckResult(check=check, result="passed", code="ok") for check in Check]
    assert conclude(checks, purpose).outcome == Outcome.INCONCLUSIVE


words = st.sampled_from(
    ["passed", "failed", "not-done", "ok", "no-sam", "read", "damaged", "ktp-el", "none", "?"]
)
findings = st.builds(lambda result, code: Finding(result=result, code=code), words, words)
files = st.lists(
    st.builds(
        lambda file, state: FileReading(file=file, state=state),
        st.sampled_from(["6FF0", "6FF1", "6FF2"]),
        words,
    ),
    max_size=4,
).map(tuple)
cases = st.builds(
    lambda answer, files, authentication, signature, biodata, status: case(
        evidence(
            answer=answer, files=files, authentication=authentication, signature=signature, biodata=biodata
        ),
        status=status,
    ),
    words, files, findings, findings, st.none() | st.text(max_size=60), st.none() | words,
)  # fmt: skip


@given(cases)
def test_every_check_comes_to_a_code_of_the_catalogue_whatever_was_found(given_case: Case) -> None:
    known = {(reason.check, reason.code, reason.result) for reason in REASONS}
    for check in CHECKS:
        came = check(given_case)
        assert (came.check, came.code, came.result) in known


@given(cases)
def test_a_card_that_was_not_authenticated_is_never_verified(given_case: Case) -> None:
    if given_case.evidence.authentication != PASSED or given_case.evidence.signature != PASSED:
        verdict = judge(given_case)
        assert verdict.outcome != Outcome.VERIFIED
        assert verdict.assurance in {"none", "chip"}


@pytest.mark.parametrize("day", ["\u00b2", "\u0663", "\u0967\u0968", "1" * 5_000, "", "-"])
def test_a_date_of_birth_in_no_form_is_not_compared(day: str) -> None:
    odd = BIODATA.replace('"07-', f'"{day}-')
    assert odd != BIODATA
    checks = judge(case(evidence(biodata=odd))).checks
    assert next(check.code for check in checks if check.check == Check.NIK_CONSISTENT) == "not-reached"


def test_a_purpose_that_needs_nothing_proves_nothing() -> None:
    checks = [check(case(evidence())) for check in CHECKS]
    nothing = Purpose(purpose="x", needs=(), good_word="verified", wants_status="active", max_age_seconds=1)
    assert conclude(checks, nothing).outcome == Outcome.INCONCLUSIVE
