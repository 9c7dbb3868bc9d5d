from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.disclosure.chain import DisclosureCheck, Link, commitment
from registry.kit.hash_chain import NOTHING_BEFORE, Chain, Finding, Head

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEPT = timedelta(days=5 * 365)
Told = list[tuple[Link, bytes, bytes | None]]


def told(length: int, *, ago: timedelta = timedelta()) -> tuple[Told, Head]:
    """What an institution was told, as it is written."""
    log: Told = []
    before = NOTHING_BEFORE
    for position in range(1, length + 1):
        held = commitment(
            routing_key="card.verified.v1.3372.bank", signature=f"s{position}", body=b"%d" % position
        )
        link = Link(position=position, event_id=UUID(int=position), told=NOW - ago, commitment=held)
        before = link.hash(before)
        log.append((link, before, held))
    return log, Head(position=length, hash=before)


def findings(log: Told, *, head: Head, anchors: tuple[Head, ...] = ()) -> list[Finding]:
    check = DisclosureCheck(now=NOW, kept=KEPT, chain=Chain(anchors=anchors))
    found = [
        each
        for link, stored, disclosure in log
        for each in check.next(link, stored=stored, disclosure=disclosure)
    ]
    return [*found, *check.chain.end(head)]


@pytest.mark.parametrize("length", [0, 1, 5])
def test_disclosures_as_they_were_told_have_no_findings(length: int) -> None:
    log, head = told(length)
    assert findings(log, head=head, anchors=(head,) if length else ()) == []


@given(position=st.integers(1, 5), field=st.sampled_from(["event_id", "told", "commitment"]))
def test_an_altered_link_is_found_at_its_place(position: int, field: str) -> None:
    log, head = told(5)
    link, stored, disclosure = log[position - 1]
    other: dict[str, Any] = {"event_id": UUID(int=99), "told": NOW - KEPT, "commitment": bytes(32)}
    log[position - 1] = (replace(link, **{field: other[field]}), stored, disclosure)
    assert {each.position for each in findings(log, head=head)} == {position}


@pytest.mark.parametrize("changed", ["routing_key", "signature", "body"])
def test_an_altered_disclosure_is_found(changed: str) -> None:
    log, head = told(3)
    as_told: dict[str, Any] = {
        "routing_key": "card.verified.v1.3372.bank",
        "signature": "s2",
        "body": b"2",
    }
    assert commitment(**as_told) == log[1][0].commitment
    altered = commitment(**{**as_told, changed: b"x" if changed == "body" else "x"})
    log[1] = (log[1][0], log[1][1], altered)
    assert findings(log, head=head) == [Finding(position=2, what="what was disclosed was altered")]


@pytest.mark.parametrize(("ago", "found"), [(KEPT, []), (KEPT - timedelta(seconds=1), [2])])
def test_a_disclosure_may_be_gone_once_its_time_is_over(ago: timedelta, found: list[int]) -> None:
    log, head = told(3, ago=ago)
    log[1] = (log[1][0], log[1][1], None)
    check = DisclosureCheck(now=NOW, kept=KEPT)
    gone = [
        each.position
        for link, stored, held in log
        for each in check.next(link, stored=stored, disclosure=held)
    ]
    assert gone == found
    assert check.removed == 1 - len(found)
    assert list(check.chain.end(head)) == []


def test_links_that_are_gone_are_found_at_the_end_and_in_the_midst() -> None:
    log, head = told(4)
    assert [each.what for each in findings(log[:-1], head=head)] == [
        "the end of the log is gone: it went to 4"
    ]
    assert [each.what for each in findings([log[0], log[3]], head=head)] == ["entries 2 to 3 are gone"]


def test_a_chain_made_anew_is_found_by_what_was_written_down() -> None:
    _, head = told(3)
    other, end = told(3, ago=timedelta(days=1))
    assert findings(other, head=end) == []
    assert [each.position for each in findings(other, head=end, anchors=(head,))] == [3]


def test_disclosures_that_are_there_are_counted() -> None:
    log, _ = told(3, ago=KEPT)
    check = DisclosureCheck(now=NOW, kept=KEPT)
    for link, stored, held in [(log[0][0], log[0][1], None), *log[1:]]:
        assert list(check.next(link, stored=stored, disclosure=held)) == []
    assert (check.standing, check.removed) == (2, 1)
