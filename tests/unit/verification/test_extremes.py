"""Whatever evidence says within the contract, its verdict is within the contract, and can be read."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ketuk_events.evidence import ChipNote, Evidence, FileReading, Finding
from ketuk_events.outcomes import TERMINAL_SAYS
from ketuk_events.taps import TapJudged
from tests.unit.verification.given import TAP, asked, case, evidence
from verification.rules.checks.chip_readable import chip_readable
from verification.rules.verdict import judge

CODES = st.sampled_from(
    ["ok", "passed", "failed", "not-done", "no-sam", TERMINAL_SAYS, "terminal-error", "x" * 60, "read"]
)
FINDINGS = st.builds(Finding, result=CODES, code=CODES)
FILES = st.lists(
    st.builds(
        FileReading,
        file=st.integers(0, 2**16 - 1).map("{:04X}".format) | st.sampled_from(["6FF0", "6FF2"]),
        state=st.sampled_from(["read", "damaged", "missing", "removed", "slow", "x" * 60]),
    ),
    max_size=16,
).map(tuple)
EVIDENCE = st.builds(
    Evidence,
    tap=st.just(TAP),
    asked=st.just(asked()),
    began=st.just(evidence().began),
    ended=st.just(evidence().ended),
    answer=CODES | st.sampled_from(["ktp-el", "other", "none"]),
    reader_proven=st.booleans(),
    files=FILES,
    authentication=FINDINGS,
    signature=FINDINGS,
    holder=FINDINGS,
    tries=st.integers(0, 1_000),
    chip=st.none() | st.just(ChipNote(cause="x" * 60, before=TAP)),
    uid=st.none() | st.binary(max_size=16),
    biodata=st.none() | st.just(evidence().biodata) | st.text(max_size=40),
)
DAMAGED = tuple(FileReading(file=f"{number:04X}", state="damaged") for number in range(16))


def judged(found: Evidence) -> TapJudged:
    """The verdict as it goes over the wire, read again."""
    verdict = judge(case(found))
    said = TapJudged(
        tap=found.tap,
        asked=found.asked,
        began=found.began,
        judged=found.ended,
        outcome=verdict.outcome,
        assurance=verdict.assurance,
        reason=verdict.reason,
        checks=verdict.checks,
        purpose_version=0,
        projection_version=0,
        chip=found.chip,
    )
    return msgspec.json.decode(msgspec.json.encode(said), type=TapJudged)


@given(found=EVIDENCE)
def test_the_verdict_on_any_evidence_can_be_read(found: Evidence) -> None:
    assert msgspec.json.decode(msgspec.json.encode(found), type=Evidence) == found
    assert judged(found).tap == found.tap


def test_a_verdict_names_as_many_damaged_files_as_there_is_room_for() -> None:
    found = structs.replace(evidence(), files=DAMAGED)
    detail = next(each.detail for each in judged(found).checks if each.check == "chip.readable")
    assert detail.split(", ") == [each.file for each in DAMAGED[:13]]


def test_a_file_that_is_named_often_is_named_once_in_the_verdict() -> None:
    found = structs.replace(evidence(), files=DAMAGED[:1] * 16)
    assert chip_readable(case(found)).detail == "0000"


def test_evidence_of_more_files_than_a_card_has_is_not_of_the_contract() -> None:
    found = structs.replace(evidence(), files=(*DAMAGED, *DAMAGED[:1]))
    with pytest.raises(msgspec.ValidationError, match="length <= 16"):
        msgspec.json.decode(msgspec.json.encode(found), type=Evidence)
