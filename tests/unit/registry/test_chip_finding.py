from uuid import UUID

import pytest
from msgspec.structs import replace as replaced

from ketuk_events.evidence import ChipNote
from ketuk_events.outcomes import Check, reason
from ketuk_events.taps import CheckResult, TapJudged
from registry.chip_health.finding import ChipFinding, Finding, chip_finding
from tests.unit.registry.given import verdict

PLACE = "33.72.04.1010"
FIRST = "0190a6e0-5b1c-7c3e-9d52-3f6a1b2c4d00"


def judged(
    *codes: tuple[Check, str, str], purpose: str = "chip-check", chip: ChipNote | None = None
) -> TapJudged:
    checks = tuple(
        CheckResult(check=check, result=reason(check, code).result, code=code, detail=detail)
        for check, code, detail in codes
    )
    return replaced(verdict(purpose=purpose), checks=checks, chip=chip)


def found(given: TapJudged) -> ChipFinding:
    finding = chip_finding(given, place=PLACE)
    assert finding is not None
    return finding


TRUSTED = (Check.READER_TRUSTED, "ok", "")
ANSWERS = (Check.CHIP_ANSWERS, "ok", "")
READ = (Check.CHIP_READABLE, "ok", "")


@pytest.mark.parametrize(
    ("codes", "finding", "damaged"),
    [
        ((ANSWERS, READ), Finding.ALIVE, ()),
        ((ANSWERS, (Check.CHIP_READABLE, "file-damaged", "6FF2")), Finding.DAMAGED, ("6FF2",)),
        (
            (ANSWERS, (Check.CHIP_READABLE, "file-damaged", "6FF0, 6FF2")),
            Finding.DAMAGED,
            ("6FF0", "6FF2"),
        ),
        ((ANSWERS, (Check.CHIP_READABLE, "biodata-malformed", "")), Finding.DAMAGED, ("6FF1",)),
        ((ANSWERS, (Check.CHIP_READABLE, "card-removed", "")), Finding.UNDECIDED, ()),
        ((ANSWERS, (Check.CHIP_READABLE, "too-slow", "")), Finding.UNDECIDED, ()),
        (((Check.CHIP_ANSWERS, "no-answer", ""),), Finding.DEAD, ()),
        (((Check.CHIP_ANSWERS, "reader-unproven", ""),), Finding.SILENT, ()),
        (((Check.CHIP_ANSWERS, "not-a-ktp", ""),), Finding.NOT_A_KTP, ()),
        (((Check.CHIP_ANSWERS, "reader-gone", ""),), Finding.UNDECIDED, ()),
        (((Check.CHIP_ANSWERS, "in-use", ""),), Finding.UNDECIDED, ()),
        (((Check.CHIP_ANSWERS, "card-removed", ""),), Finding.UNDECIDED, ()),
        ((), Finding.UNDECIDED, ()),
    ],
)
def test_each_way_in_which_the_chip_checks_end_is_one_finding(
    codes: tuple[tuple[Check, str, str], ...], finding: Finding, damaged: tuple[str, ...]
) -> None:
    told = found(judged(TRUSTED, *codes))
    assert (told.finding, told.damaged) == (finding, damaged)


def test_a_card_that_is_blocked_or_a_copy_has_a_chip_that_lives() -> None:
    told = judged(
        *(TRUSTED, ANSWERS, READ, (Check.CARD_AUTHENTIC, "authentication-failed", "")), purpose="record"
    )
    assert found(told).finding == Finding.ALIVE


def test_nothing_is_taken_from_a_reader_that_is_not_trusted() -> None:
    assert chip_finding(judged((Check.READER_TRUSTED, "suspended", ""), ANSWERS, READ), place=PLACE) is None
    assert chip_finding(judged(ANSWERS, READ), place=PLACE) is None


def test_a_reading_that_came_late_still_tells_of_the_chip() -> None:
    assert found(judged((Check.READER_TRUSTED, "late", ""), ANSWERS, READ)).finding == Finding.ALIVE


def test_a_note_is_taken_of_a_chip_check_alone() -> None:
    note = ChipNote(cause="photocopied", before=FIRST)
    told = found(judged(TRUSTED, ANSWERS, READ, chip=note))
    assert (told.cause, told.before) == ("photocopied", UUID(FIRST))
    told = found(judged(TRUSTED, ANSWERS, READ, chip=note, purpose="record"))
    assert (told.cause, told.before) == (None, None)


def test_an_unknown_cause_is_not_believed() -> None:
    assert found(judged(TRUSTED, ANSWERS, READ, chip=ChipNote(cause="bitten"))).cause == "unknown"
    assert found(judged(TRUSTED, ANSWERS, READ)).cause == "unknown"


def test_the_place_is_the_registrys_own_and_the_card_is_named_by_its_hash_alone() -> None:
    told = found(judged(TRUSTED, ANSWERS, READ))
    assert told.place == PLACE
    assert told.card_ref == bytes.fromhex("5f" * 32)
