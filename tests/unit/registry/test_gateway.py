from dataclasses import replace

import pytest

from registry.gateways.gateway import Gateway
from registry.kit.errors import NotPossible

REQUESTED = Gateway(name="g", institution="i", place="33.72.04.1010", public_key="k")


def test_each_step_raises_the_version() -> None:
    approved = REQUESTED.approved()
    suspended = approved.suspended()
    assert [
        (each.state, each.version) for each in (REQUESTED, approved, suspended, suspended.approved())
    ] == [
        ("requested", 1),
        ("approved", 2),
        ("suspended", 3),
        ("approved", 4),
    ]


def test_a_step_into_the_present_state_changes_nothing() -> None:
    approved = REQUESTED.approved()
    assert approved.approved() is approved
    assert approved.suspended().suspended() == approved.suspended()


def test_a_gateway_that_was_never_approved_cannot_be_suspended() -> None:
    with pytest.raises(NotPossible):
        REQUESTED.suspended()


def test_a_gateway_with_another_key_must_be_approved_again() -> None:
    approved = REQUESTED.approved()
    again = approved.described_as(institution="i", place="33.72.04.1010", public_key="another")
    assert again == replace(approved, public_key="another", state="requested", version=3)
    assert approved.described_as(institution="i", place="33.72.04.1010", public_key="k") is approved
