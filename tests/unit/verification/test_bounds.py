"""Where a check turns: the last value on each side, and every way in which two things may differ."""

from datetime import timedelta

import pytest
from msgspec import structs

from ketuk_events.evidence import FileReading
from ketuk_events.outcomes import TERMINAL_SAYS, Assurance, Check
from ketuk_events.taps import CheckResult
from tests.unit.verification.given import BIODATA, PURPOSES, case, evidence
from verification.rules.checks.chip_readable import chip_readable
from verification.rules.checks.nik_consistent import nik_consistent
from verification.rules.checks.reader_trusted import CLOCK_SLACK, reader_trusted
from verification.rules.verdict import VOUCHED_FOR, conclude, judge

LONGEST = timedelta(seconds=PURPOSES["record"].max_age_seconds)
A_MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("age", "code"),
    [
        (-CLOCK_SLACK - A_MOMENT, "late"),
        (-CLOCK_SLACK, "ok"),
        (timedelta(), "ok"),
        (LONGEST, "ok"),
        (LONGEST + A_MOMENT, "late"),
    ],
)
def test_a_tap_is_late_from_the_first_moment_past_its_age(age: timedelta, code: str) -> None:
    assert reader_trusted(case(evidence(), age=age)).code == code


@pytest.mark.parametrize(
    ("nik", "born", "code"),
    [
        ("3372994708850001", "07-08-1985", "ok"),
        ("3372990708850001", "07-08-1985", "ok"),
        ("3372994808850001", "07-08-1985", "differs"),
        ("3372994709850001", "07-08-1985", "differs"),
        ("3372994708860001", "07-08-1985", "differs"),
        ("3372994809860001", "07-08-1985", "differs"),
        ("337299470885000", "07-08-1985", "not-reached"),
        ("33729947088500011", "07-08-1985", "not-reached"),
        ("3372994708850001", "", "not-reached"),
        ("3372994708850001", "007-08-1985", "not-reached"),
        ("", "07-08-1985", "not-reached"),
    ],
)
def test_a_nik_agrees_with_a_date_in_day_and_month_and_year_or_differs(
    nik: str, born: str, code: str
) -> None:
    biodata = BIODATA.replace("3372994708850001", nik).replace("07-08-1985", born)
    found = case(structs.replace(evidence(), biodata=biodata))
    assert nik_consistent(found).code == code


def read(**states: str) -> tuple[FileReading, ...]:
    """Card control and photo are read, unless another thing is said of them; and other files."""
    files = {"6FF0": "read", "6FF2": "read", **{name[1:]: state for name, state in states.items()}}
    return tuple(FileReading(file=file, state=state) for file, state in files.items())


@pytest.mark.parametrize(
    ("files", "code", "detail"),
    [
        (read(), "ok", ""),
        (read(_6FF1="missing"), "file-damaged", "6FF1"),
        (read(_6FF1="damaged", _6FF3="missing"), "file-damaged", "6FF1, 6FF3"),
        (read(_6FF4="damaged", _6FF5="read"), "ok", ""),
        (read(_6FF4="read", _6FF5="missing"), "ok", ""),
        (read(_6FF4="damaged", _6FF5="missing"), "file-damaged", "6FF4, 6FF5"),
        (read(_6FF4="damaged"), "file-damaged", "6FF4"),
        (read(_6FF1="damaged", _6FF4="damaged", _6FF5="read"), "file-damaged", "6FF1"),
        (read(_6FF1="damaged", _6FF4="removed"), "file-damaged", "6FF1"),
        (read(_6FF2="removed"), "card-removed", ""),
        (read(_6FF2="reader-gone"), "reader-gone", ""),
        (read(_6FF2="slow"), "too-slow", ""),
        (read()[:1], "not-reached", ""),
        (read()[1:], "not-reached", ""),
    ],
)
def test_a_file_that_is_damaged_or_missing_is_named_unless_the_other_finger_was_read(
    files: tuple[FileReading, ...], code: str, detail: str
) -> None:
    found = chip_readable(case(evidence(files=files)))
    assert (found.code, found.detail) == (code, detail)


def test_a_terminals_word_reaches_vouched_where_nothing_passed_beside_it() -> None:
    passed = VOUCHED_FOR | {Check.CARD_AUTHENTIC}
    checks = [
        CheckResult(
            check=check,
            result="passed" if check in passed else "not-done",
            code=TERMINAL_SAYS if check is Check.CARD_AUTHENTIC else "ok" if check in passed else "not-told",
        )
        for check in Check
    ]
    assert conclude(checks, PURPOSES["record"]).assurance == Assurance.VOUCHED
    fewer = [each for each in checks if each.check != Check.CHIP_READABLE]
    assert conclude(fewer, PURPOSES["record"]).assurance == Assurance.NONE


def test_what_needs_no_detail_has_none() -> None:
    assert [each.detail for each in judge(case(evidence())).checks] == [""] * len(Check)
