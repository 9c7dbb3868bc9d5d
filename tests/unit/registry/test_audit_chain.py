from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.audit.chain import Details, Entry, findings
from registry.kit.hash_chain import NOTHING_BEFORE, Finding, Head

Log = list[tuple[Entry, bytes, Details | None]]


def written(length: int, *, erased: tuple[int, ...] = ()) -> tuple[Log, Head]:
    """A log as it is written; its last entry says which details were erased."""
    log: Log = []
    before = NOTHING_BEFORE
    for position in range(1, length + 1):
        details = Details(
            salt=bytes([position]) * 16, whose=f"x-{position}", origin="::1", reason=None, because=None
        )
        entry = Entry(
            position=position,
            recorded=datetime(2026, 1, 1, microsecond=position, tzinfo=UTC),
            event="gateway.approved",
            actor="token:bootstrap",
            outcome="done",
            commitment=details.commitment(),
            erased=erased if position == length else (),
        )
        before = entry.hash(before)
        log.append((entry, before, None if position in erased else details))
    return log, Head(position=length, hash=before)


def places(found: list[Finding]) -> list[int]:
    return [each.position for each in found]


@pytest.mark.parametrize("length", [0, 1, 7])
def test_a_log_as_it_was_written_has_no_findings(length: int) -> None:
    log, head = written(length)
    assert findings(log, head=head) == []


@given(
    position=st.integers(1, 6),
    field=st.sampled_from(["recorded", "event", "actor", "outcome", "commitment", "erased"]),
)
def test_an_altered_field_is_found_at_its_entry(position: int, field: str) -> None:
    log, head = written(6)
    entry, stored, details = log[position - 1]
    other: dict[str, Any] = {
        "recorded": datetime(2025, 1, 1, tzinfo=UTC),
        "event": "gateway.suspended",
        "actor": "token:other",
        "outcome": "refused",
        "commitment": bytes(32),
        "erased": (99,),
    }
    log[position - 1] = (replace(entry, **{field: other[field]}), stored, details)
    assert position in places(findings(log, head=head))


@given(position=st.integers(1, 6), byte=st.integers(0, 31), bit=st.integers(0, 7))
def test_any_bit_of_a_hash_that_is_flipped_is_found(position: int, byte: int, bit: int) -> None:
    log, head = written(6)
    entry, stored, details = log[position - 1]
    flipped = bytearray(stored)
    flipped[byte] ^= 1 << bit
    log[position - 1] = (entry, bytes(flipped), details)
    assert position in places(findings(log, head=head))


@given(first=st.integers(1, 6), last=st.integers(1, 6))
def test_removed_entries_are_found_in_the_middle_and_at_the_end(first: int, last: int) -> None:
    first, last = min(first, last), max(first, last)
    log, head = written(6)
    del log[first - 1 : last]
    assert places(findings(log, head=head))[0] == first


def test_entries_that_changed_places_are_found() -> None:
    log, head = written(6)
    (one, *a), (two, *b) = log[2], log[3]
    log[2:4] = [(replace(two, position=3), *b), (replace(one, position=4), *a)]  # type: ignore[list-item]
    assert places(findings(log, head=head))[:2] == [3, 4]


def test_altered_details_are_found_and_so_are_removed_ones_that_no_entry_accounts_for() -> None:
    log, head = written(6)
    entry, stored, details = log[1]
    assert details is not None
    log[1] = (entry, stored, replace(details, reason="other"))
    log[4] = (*log[4][:2], None)
    assert [(each.position, each.what) for each in findings(log, head=head)] == [
        (2, "the details of this entry were altered"),
        (5, "the details of this entry are gone, and none says why"),
    ]


def test_details_that_a_later_entry_says_were_erased_are_no_finding() -> None:
    log, head = written(6, erased=(2, 3))
    assert findings(log, head=head) == []


def test_a_log_that_was_made_anew_as_a_whole_is_found_by_what_was_written_down() -> None:
    log, head = written(6)
    assert findings(log, head=head, anchors=(head,)) == []
    assert findings(log, head=head, anchors=(Head(position=4, hash=log[3][1]),)) == []
    assert places(findings(log, head=head, anchors=(Head(position=4, hash=bytes(32)),))) == [4]
    shorter, its_head = written(3)
    assert places(findings(shorter, head=its_head, anchors=(head,))) == [6]
