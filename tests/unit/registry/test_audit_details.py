"""Details and the entry's commitment to them: neither can be altered, nor both together."""

from dataclasses import replace
from typing import Any

import pytest

from registry.audit.chain import Details, findings
from tests.unit.registry.test_audit_chain import places, written

OTHER: dict[str, Any] = {
    "salt": bytes(16),
    "whose": "somebody else",
    "origin": "192.0.2.1",
    "reason": "a later thought",
    "because": "Unfit: not so",
}


def test_every_part_of_the_details_is_tried() -> None:
    assert set(OTHER) == set(Details.__dataclass_fields__)


@pytest.mark.parametrize("part", OTHER)
@pytest.mark.parametrize("position", [1, 4, 6])
def test_an_altered_part_of_the_details_is_found_at_its_entry(part: str, position: int) -> None:
    log, head = written(6)
    entry, stored, details = log[position - 1]
    assert details is not None
    log[position - 1] = (entry, stored, replace(details, **{part: OTHER[part]}))
    (found,) = findings(log, head=head)
    assert (found.position, found.what) == (position, "the details of this entry were altered")


@pytest.mark.parametrize("part", OTHER)
@pytest.mark.parametrize("position", [1, 4, 6])
def test_details_altered_together_with_their_commitment_are_found(part: str, position: int) -> None:
    log, head = written(6)
    entry, stored, details = log[position - 1]
    assert details is not None
    altered = replace(details, **{part: OTHER[part]})
    log[position - 1] = (replace(entry, commitment=altered.commitment()), stored, altered)
    (found,) = findings(log, head=head)
    assert (found.position, found.what[:22]) == (position, "this entry was altered")


@pytest.mark.parametrize("position", [1, 4, 6])
def test_details_commitment_and_hash_altered_together_break_the_chain_after_it(position: int) -> None:
    log, head = written(6)
    before = log[position - 2][1] if position > 1 else bytes(32)
    entry, _, details = log[position - 1]
    assert details is not None
    altered = replace(details, because="Unfit: not so")
    forged = replace(entry, commitment=altered.commitment())
    log[position - 1] = (forged, forged.hash(before), altered)
    assert places(findings(log, head=head)) == [min(position + 1, 6)]
