"""What a terminal says of a card that it authenticated inside itself is worth something, and not a proof."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketuk_events.evidence import Evidence, Finding
from ketuk_events.outcomes import REASONS, Assurance, Check, Outcome, Result
from ketuk_events.projection import Purpose
from ketuk_events.taps import CheckResult
from tests.unit.verification.given import (
    BIODATA,
    NOT_TOLD,
    PASSED,
    PLAIN,
    PURPOSES,
    TERMINAL_SAYS,
    case,
    evidence,
    unread,
    vouched,
)
from verification.rules.verdict import CHECKS, conclude, judge

ERROR, HANGS, NO_MATCH, FINGER_OK = (
    Finding(result=result, code=code)
    for result, code in (
        ("not-done", "terminal-error"),
        ("not-done", "terminal-hangs"),
        ("failed", "no-match"),
        ("passed", "ok"),
    )
)


@pytest.mark.parametrize(
    ("found", "outcome", "assurance", "reason"),
    [
        (vouched(), "inconclusive", "vouched", "data.signed/not-told"),
        (vouched(biodata="1,2"), "inconclusive", "none", "chip.readable/terminal-unclear"),
        (vouched(authentication=ERROR, biodata=None), "inconclusive", "none", "chip.readable/terminal-error"),
        (vouched(authentication=HANGS, biodata=None), "inconclusive", "none", "chip.readable/terminal-hangs"),
        (
            vouched(authentication=NOT_TOLD, biodata=None, purpose="chip-check"),
            "inconclusive",
            "none",
            "chip.readable/not-told",
        ),
        (
            vouched(holder=TERMINAL_SAYS, purpose="identify"),
            "inconclusive",
            "vouched",
            "data.signed/not-told",
        ),
        (vouched(holder=NO_MATCH, purpose="identify"), "refused", "vouched", "holder.matches/no-match"),
        (unread("terminal-error"), "inconclusive", "none", "chip.answers/terminal-error"),
        (unread("terminal-hangs"), "inconclusive", "none", "chip.answers/terminal-hangs"),
    ],
)
def test_each_reading_by_a_terminal_comes_to_what_the_decision_says(
    found: Evidence, outcome: str, assurance: str, reason: str
) -> None:
    verdict = judge(case(found))
    named = "" if verdict.reason is None else f"{verdict.reason.check}/{verdict.reason.code}"
    assert (verdict.outcome, verdict.assurance, named) == (outcome, assurance, reason)


def code_of(check: Check, found: Evidence) -> str:
    return next(each.code for each in judge(case(found)).checks if each.check == check)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (vouched(), "terminal-says"),
        (vouched(authentication=ERROR), "not-reached"),
        (vouched(authentication=HANGS), "not-reached"),
        (vouched(authentication=NOT_TOLD), "not-reached"),
        (vouched(authentication=Finding(result="failed", code="terminal-says")), "authentication-failed"),
    ],
)
def test_authenticity_passes_on_a_clear_word_of_a_terminal_alone(found: Evidence, code: str) -> None:
    assert code_of(Check.CARD_AUTHENTIC, found) == code


def test_a_card_without_a_uid_has_no_status_that_could_be_asked() -> None:
    assert code_of(Check.CARD_STATUS, vouched()) == "no-uid"


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (vouched(holder=TERMINAL_SAYS), "terminal-says"),
        (vouched(holder=FINGER_OK), "not-asked"),
        (vouched(holder=TERMINAL_SAYS, authentication=ERROR), "not-asked"),
        (evidence(holder=TERMINAL_SAYS), "not-asked"),
        (evidence(holder=FINGER_OK), "ok"),
    ],
)
def test_a_finger_counts_beside_an_authentication_by_the_same_device(found: Evidence, code: str) -> None:
    assert code_of(Check.HOLDER_MATCHES, found) == code


words = st.builds(
    lambda result, code: Finding(result=result, code=code),
    st.sampled_from(["passed", "failed", "not-done"]),
    st.sampled_from(["ok", "terminal-says", "terminal-error", "terminal-hangs", "not-told", "no-sam"]),
)
readings = st.builds(
    evidence,
    answer=st.sampled_from(["ktp-el", "terminal-error", "terminal-hangs", "none"]),
    files=st.sampled_from([(), PLAIN]),
    authentication=words,
    signature=words,
    holder=words,
    uid=st.sampled_from([None, b"\x04abcdef"]),
    biodata=st.sampled_from([None, "", BIODATA]),
    purpose=st.sampled_from(list(PURPOSES)),
)


@given(readings)
def test_only_an_authentication_and_a_signature_that_passed_here_are_genuine(found: Evidence) -> None:
    verdict = judge(case(found))
    if (found.authentication, found.signature) != (PASSED, PASSED):
        assert verdict.assurance in {Assurance.NONE, Assurance.CHIP, Assurance.VOUCHED}
        assert verdict.outcome != Outcome.VERIFIED
    if found.authentication != TERMINAL_SAYS:
        assert verdict.assurance != Assurance.VOUCHED


@given(readings)
def test_every_check_comes_to_a_code_of_the_catalogue_whatever_a_terminal_said(found: Evidence) -> None:
    known = {(reason.check, reason.code, reason.result) for reason in REASONS}
    assert all((check.check, check.code, check.result) in known for check in judge(case(found)).checks)
    assert len(CHECKS) == len(Check)


@given(
    results=st.tuples(
        *(st.tuples(st.sampled_from(list(Result)), st.sampled_from(["ok", "terminal-says"])) for _ in Check)
    ),
    purpose=st.sampled_from(list(PURPOSES.values())),
)
def test_no_level_above_vouched_rests_on_a_check_that_passed_on_a_word(
    results: tuple[tuple[Result, str], ...], purpose: Purpose
) -> None:
    checks = [
        CheckResult(check=check, result=result, code=code)
        for check, (result, code) in zip(Check, results, strict=True)
    ]
    found = conclude(checks, purpose).assurance
    by_word = {check.check for check in checks if check.code == "terminal-says"}
    for level, wanted in (
        (Assurance.CHIP, list(Check)[:3]),
        (Assurance.GENUINE, list(Check)[:6]),
        (Assurance.HOLDER, list(Check)[:7]),
    ):
        if found == level:
            assert not by_word & set(wanted)
    if found == Assurance.VOUCHED:
        assert Check.CARD_AUTHENTIC in by_word
        assert all(check.result == "passed" for check in checks[:4])
