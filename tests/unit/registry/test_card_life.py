from typing import get_args

import pytest

from registry.cards.status import may_become
from registry.web.field_types import CardStatus

STATUSES = get_args(CardStatus)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("not-activated", "active"),
        ("active", "blocked"),
        ("blocked", "active"),
        ("active", "lost"),
        ("lost", "active"),
        ("active", "damaged"),
        ("damaged", "replaced"),
        ("lost", "replaced"),
    ],
)
def test_a_card_may_become(before: str, after: str) -> None:
    assert may_become(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [("active", "not-activated"), ("damaged", "active"), ("damaged", "lost"), ("damaged", "blocked")],
)
def test_a_card_cannot_become(before: str, after: str) -> None:
    assert not may_become(before, after)


@pytest.mark.parametrize("status", STATUSES)
def test_every_card_may_stay_as_it_is_and_a_replaced_one_stays_for_good(status: str) -> None:
    assert may_become(status, status)
    assert may_become("replaced", status) is (status == "replaced")
