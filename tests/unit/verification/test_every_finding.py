"""The verdict over the whole space of what checks can come to, and of what can be found."""

import ast
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

import verification.rules.checks
import verification.rules.verdict
from ketuk_events.evidence import Evidence, FileReading, Finding
from ketuk_events.outcomes import REASONS, Check, Reason
from ketuk_events.projection import Purpose
from ketuk_events.taps import CheckResult
from tests.unit.verification.given import (
    NIK,
    NOT_ASKED,
    NOT_REACHED,
    NOT_TOLD,
    OTHER_NIK,
    PASSED,
    PLAIN,
    PURPOSES,
    TERMINAL_SAYS,
    case,
    evidence,
)
from verification.rules.case import Case, OwnCheck
from verification.rules.default_purposes import UNKNOWN
from verification.rules.verdict import CHECKS, conclude, judge

ORDER = (
    "reader.trusted", "chip.answers", "chip.readable", "card.authentic", "data.signed", "card.status",
    "holder.matches", "nik.consistent",
)  # fmt: skip
"""The design's, written down once more: what is compared must not come from what is tested."""
RESULTS = ("passed", "failed", "not-done")


def checks_of(results: Sequence[str]) -> list[CheckResult]:
    return [
        CheckResult(check=check, result=result, code="x")
        for check, result in zip(ORDER, results, strict=True)
    ]


def expected(results: Sequence[str], purpose: Purpose) -> tuple[str, str, str]:
    """Outcome, assurance and the check that decides, by the words of the design."""
    came = {name: result for name, result in zip(ORDER, results, strict=True) if name in purpose.needs}
    decides = [name for wanted in ("failed", "not-done") for name in came if came[name] == wanted]
    if not decides:
        outcome = "alive" if purpose.purpose == "chip-check" else "verified"
    else:
        outcome = "refused" if came[decides[0]] == "failed" else "inconclusive"
    in_a_row = next((at for at, result in enumerate(results) if result != "passed"), len(results))
    assurance = ["none"] * 3 + ["chip"] * 3 + ["genuine"] + ["holder"] * 2
    return outcome, assurance[in_a_row], decides[0] if decides else ""


@pytest.mark.parametrize("name", PURPOSES)
def test_every_combination_of_results_comes_to_what_the_design_says(name: str) -> None:
    purpose = PURPOSES[name]
    for results in product(RESULTS, repeat=len(ORDER)):
        verdict = conclude(checks_of(results), purpose)
        decided = "" if verdict.reason is None else verdict.reason.check
        assert (verdict.outcome, verdict.assurance, decided) == expected(results, purpose), results


def test_whatever_order_a_purpose_names_its_checks_in_the_first_of_the_design_decides() -> None:
    needs = PURPOSES["record"].needs
    for order in permutations(needs):
        purpose = structs.replace(PURPOSES["record"], needs=order)
        for one, two in product(range(len(needs)), repeat=2):
            results = ["failed" if at in {one, two} else "passed" for at in range(len(ORDER))]
            reason = conclude(checks_of(results), purpose).reason
            assert reason is not None
            assert reason.check == ORDER[min(one, two)]


@pytest.mark.parametrize("purpose", PURPOSES.values(), ids=list(PURPOSES))
@pytest.mark.parametrize("row", REASONS, ids=lambda row: f"{row.check}/{row.code}")
def test_every_code_of_the_catalogue_decides_as_its_result_says(row: Reason, purpose: Purpose) -> None:
    came = CheckResult(check=row.check, result=row.result, code=row.code)
    checks = [came if each.check == row.check else each for each in checks_of(["passed"] * len(ORDER))]
    verdict = conclude(checks, purpose)
    by_result = {"passed": purpose.good_word, "failed": "refused", "not-done": "inconclusive"}
    needed = row.check in purpose.needs
    assert verdict.outcome == (by_result[row.result] if needed else purpose.good_word)
    assert verdict.reason == (came if needed and row.result != "passed" else None)


CODES = tuple(sorted({row.code for row in REASONS} | {"?"}))
ANSWERS = (
    "ktp-el", "other", "none", "removed", "reader-gone", "in-use", "terminal-error", "terminal-hangs", "?",
)  # fmt: skip
STATES = ("read", "damaged", "missing", "removed", "reader-gone", "slow", "?")
STATUSES = (None, "not-activated", "active", "blocked", "lost", "damaged", "replaced", "?")
# most of it well, so that what is found often reaches the later checks
findings = st.one_of(
    st.just(PASSED), st.builds(Finding, result=st.sampled_from(RESULTS), code=st.sampled_from(CODES))
)
files = st.one_of(
    st.just(PLAIN),
    st.lists(
        st.builds(
            FileReading,
            file=st.sampled_from(["6FF0", "6FF1", "6FF2", "6FF4", "6FF5"]),
            state=st.sampled_from(STATES),
        ),
        max_size=5,
    ).map(tuple),
)
found = st.builds(
    evidence,
    answer=st.one_of(st.just("ktp-el"), st.sampled_from(ANSWERS)),
    proven=st.booleans(),
    files=files,
    authentication=findings,
    signature=findings,
    holder=findings,
    uid=st.sampled_from([b"\x04abcdef", None]),
    purpose=st.sampled_from(sorted(PURPOSES)),
)
cases = st.builds(
    case,
    found,
    status=st.sampled_from(STATUSES),
    approved=st.sampled_from([True, True, False]),
    age=st.sampled_from([timedelta(seconds=1), timedelta(days=2), timedelta(hours=-1)]),
    own_check=st.sampled_from(OwnCheck),
    holder=st.sampled_from([None, NIK, OTHER_NIK]),
)


@given(cases)
def test_a_verdict_never_says_more_than_was_found(given_case: Case) -> None:
    verdict = judge(given_case)
    needed = {each.check: each.result for each in verdict.checks if each.check in given_case.purpose.needs}
    assert len(needed) == len(given_case.purpose.needs)
    if set(needed.values()) != {"passed"}:
        assert verdict.outcome in {"refused", "inconclusive"}
        assert verdict.reason is not None
    proven = given_case.evidence
    came = {each.check: each.code for each in verdict.checks if each.result == "passed"}
    if {Check.DATA_SIGNED: "ok", Check.HOLDER_MATCHES: "ok"}.items() & came.items():
        assert (proven.authentication.result, proven.signature) == ("passed", PASSED)
        assert given_case.own_check in {OwnCheck.HOLDS, OwnCheck.NOT_CONFIGURED}
    if verdict.assurance in {"genuine", "holder"} or verdict.outcome == "verified":
        assert (proven.answer, proven.authentication, proven.signature) == ("ktp-el", PASSED, PASSED)
        assert given_case.status == given_case.purpose.wants_status
        assert given_case.holder is None or given_case.holder.has(NIK)
        assert given_case.gateway_approved
        assert proven.uid is not None
    if verdict.assurance == "holder":
        assert proven.holder == PASSED


@given(
    cases,
    st.timedeltas(min_value=timedelta(days=-9_000), max_value=timedelta(days=9_000)),
    st.integers(min_value=0, max_value=2**53 - 1),
)
def test_a_verdict_depends_on_evidence_projection_and_rules_alone(
    given_case: Case, later: timedelta, version: int
) -> None:
    elsewhere = Case(
        evidence=structs.replace(
            given_case.evidence,
            tap="0190a6e0-0000-7000-8000-000000000000",
            asked=structs.replace(given_case.evidence.asked, officer="lain", reader="loket-9"),
            tries=3,
            signature_file=b"x",
        ),
        purpose=given_case.purpose,
        purpose_version=version,
        gateway_approved=given_case.gateway_approved,
        began=given_case.began + later,
        now=given_case.now + later,
        status=given_case.status,
        projection_version=version,
        own_check=given_case.own_check,
        holder=given_case.holder,
    )
    assert judge(elsewhere) == judge(given_case) == judge(given_case)


def test_nothing_that_judges_can_ask_a_clock_a_die_a_file_or_the_network() -> None:
    judging = [
        Path(verification.rules.verdict.__file__),
        *Path(verification.rules.checks.__file__).parent.glob("*.py"),
    ]
    assert len(judging) == 1 + 1 + len(CHECKS)
    allowed = {"collections.abc", "dataclasses", "re"}
    for file in judging:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                names = {node.module or ""}
                # a span of time, never the time
                assert node.module != "datetime" or {each.name for each in node.names} == {"timedelta"}
                names -= {"datetime"}
            elif isinstance(node, ast.Import):
                names = {each.name for each in node.names}
            else:
                continue
            assert {n for n in names if not n.startswith(("ketuk_events.", "verification."))} <= allowed


def test_every_code_of_the_catalogue_is_what_some_finding_comes_to() -> None:
    came = {(each.check, each.code) for given_case in EACH for each in judge(given_case).checks}
    assert came == {(row.check, row.code) for row in REASONS}


def _each_alone() -> list[Case]:
    """Evidence of a card that is well, changed in one thing at a time; and the same of a terminal's."""
    well = evidence()
    word = evidence(files=(), authentication=TERMINAL_SAYS, signature=NOT_TOLD, uid=None)
    fingers = [row for row in REASONS if row.check == Check.HOLDER_MATCHES and row.code != "terminal-says"]
    changed: list[Evidence] = [
        well,
        word,
        structs.replace(word, holder=TERMINAL_SAYS),
        structs.replace(word, biodata="?"),
        structs.replace(well, uid=None),
        structs.replace(well, biodata="?"),
        structs.replace(well, biodata=None),
        structs.replace(well, biodata=(well.biodata or "").replace("07-08-1985", "08-08-1985")),
        structs.replace(well, signature=Finding(result="failed", code="signature-invalid")),
        structs.replace(well, signature=NOT_REACHED),
        structs.replace(well, reader_proven=False, answer="none"),
        structs.replace(well, files=()),
        structs.replace(well, authentication=Finding(result="failed", code="authentication-failed")),
        *(structs.replace(well, answer=answer) for answer in ANSWERS),
        *(structs.replace(well, files=(PLAIN[0], FileReading(file="6FF2", state=each))) for each in STATES),
        *(
            structs.replace(well, authentication=Finding(result="not-done", code=row.code))
            for row in REASONS
            if row.check == Check.CARD_AUTHENTIC
        ),
        *(
            structs.replace(word, authentication=Finding(result="not-done", code=code), biodata=None)
            for code in ("terminal-error", "terminal-hangs", "not-told")
        ),
        *(structs.replace(well, holder=Finding(result=row.result, code=row.code)) for row in fingers),
        structs.replace(well, holder=NOT_ASKED),
    ]
    activate = evidence(purpose="activate")
    return [
        *map(case, changed),
        *(case(well, status=status) for status in STATUSES),
        case(activate, status="active"),
        case(well, approved=False),
        *(case(well, own_check=each) for each in OwnCheck),
        case(well, holder=OTHER_NIK),
        case(well, age=timedelta(days=2)),
        structs.replace(case(well), purpose=UNKNOWN),
    ]


EACH = _each_alone()
