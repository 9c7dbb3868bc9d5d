"""On a broker of three nodes, of which those that lead the queues are killed while cards are tapped."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dev.demo.private import PrivateRun
from dev.ledger.account import Account
from dev.ledger.report import last_line
from dev.stack.stack import Stack
from tests.support.state_folder import state_folder

FOLDER = state_folder("cluster")
SHORT_TAPS, LONG_TAPS = 26, 59
NODES = 3

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True, kw_only=True)
class Clustered:
    stack: Stack
    account: Account
    leaders: dict[str, str]
    """By queue, before anything was killed."""


@pytest.fixture(scope="module")
def clustered(*, is_long: bool) -> Iterator[Clustered]:
    stack = Stack.fresh(folder=FOLDER, brokers=NODES)
    try:
        stack.start()
        queues = ("verification.readings", "registry.verdicts", "verification.projection", "registry.fleet")
        leaders = {queue: stack.rabbitmq.leader("ketuk", queue) for queue in queues}
        run = PrivateRun(
            stack=stack,
            seed=4,
            taps=LONG_TAPS if is_long else SHORT_TAPS,
            kill=("leader-of-verification.readings", "leader-of-registry.verdicts"),
            say=lambda _: None,
        )
        yield Clustered(stack=stack, account=asyncio.run(run.go()), leaders=leaders)
    finally:
        stack.discard()


def test_every_tap_reaches_its_agency_once_though_leaders_were_killed(
    clustered: Clustered, *, is_long: bool
) -> None:
    taps = LONG_TAPS if is_long else SHORT_TAPS
    told = json.loads(last_line(clustered.account, seed=4))
    names = ("taps", "delivered", "lost", "unexpected", "duplicated", "wrong")
    assert {name: told[name] for name in names} == {
        "taps": taps,
        "delivered": taps,
        "lost": 0,
        "unexpected": 0,
        "duplicated": 0,
        "wrong": 0,
    }


def test_the_queues_are_led_by_different_nodes(clustered: Clustered) -> None:
    assert len(set(clustered.leaders.values())) > 1


def test_all_nodes_are_members_again(clustered: Clustered) -> None:
    listed = clustered.stack.rabbitmq.control(
        "--no-table-headers", "list_queues", "-p", "ketuk", "name", "online"
    )
    online = {name: nodes for name, _, nodes in (line.partition("\t") for line in listed.splitlines())}
    assert all(nodes.count("@localhost") == NODES for name, nodes in online.items() if "gateway." not in name)
