"""A short run of `make chaos`: every step and every kind of fault, and nothing lost, doubled or wrong."""

from collections.abc import Iterator

import pytest

from dev.chaos.__main__ import under_fire
from dev.chaos.run import Outcome
from dev.chaos.schedule import Kind, Schedule, schedule
from dev.stack.stack import Stack
from tests.support.state_folder import state_folder

FOLDER = state_folder("fire")
TAPS, SEED = 300, 7

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def run() -> Schedule:
    return schedule(seed=SEED, taps=TAPS)


@pytest.fixture(scope="module")
def outcome(run: Schedule) -> Iterator[Outcome]:
    stack = Stack.fresh(folder=FOLDER)
    try:
        yield under_fire(stack, run, say=lambda _: None)
    finally:
        stack.discard()


def test_every_effect_comes_exactly_once_and_right_though_everything_is_killed(outcome: Outcome) -> None:
    assert outcome.complaints == []
    assert outcome.taps.attempted == TAPS
    # the decision, the gateway that asked and an agency at least
    assert outcome.taps.delivered >= 3 * outcome.taps.acknowledged > 0
    assert outcome.changes.delivered >= outcome.changes.acknowledged > 0


def test_a_process_was_killed_at_each_step_and_others_at_random(run: Schedule, outcome: Outcome) -> None:
    assert sum(outcome.hits.values()) == len(run.strikes)
    assert sum(outcome.kills.values()) > len(run.strikes)


def test_links_were_cut_inside_a_frame(run: Schedule, outcome: Outcome) -> None:
    assert 0 < outcome.cuts <= sum(fault.kind is Kind.CUT for fault in run.faults)
