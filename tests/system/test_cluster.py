"""On a broker of three nodes, of which those that lead the queues are killed while cards are tapped."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass

import asyncpg
import pytest

from dev.demo.private import PrivateRun
from dev.demo.services import COUNTERS
from dev.ledger.account import Account
from dev.ledger.report import last_line
from dev.stack.stack import Stack
from simulator.kinds import Kind
from simulator.reader import VirtualReader
from tests.integration.chassis.conftest import until
from tests.support.state_folder import state_folder

FOLDER = state_folder("cluster")
SHORT_TAPS, LONG_TAPS = 26, 59
NODES = 3
SOON_SECONDS = 120.0
"""A bound that only a hang reaches."""
TOLD = "SELECT count(*) FROM disclosures WHERE state = 'sent'"

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True, kw_only=True)
class Clustered:
    stack: Stack
    run: PrivateRun
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
        yield Clustered(stack=stack, run=run, account=asyncio.run(run.go()), leaders=leaders)
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


def test_every_service_works_while_a_node_is_gone_and_once_it_is_back(
    clustered: Clustered, *, is_long: bool
) -> None:
    stack, services = clustered.stack, clustered.run.services
    for broker in stack.brokers if is_long else stack.brokers[:1]:
        stack.children.kill(broker.name)
        try:
            services.until_all_ready()
            asyncio.run(a_tap_is_told(clustered))
        finally:
            broker.start()
        services.until_all_ready()
        asyncio.run(a_tap_is_told(clustered))


async def a_tap_is_told(clustered: Clustered) -> None:
    """Tap a card, and wait until what is told of it has gone to its agency."""
    counter, run = COUNTERS[0], clustered.run.taps
    card = next(card for hand in run.hands for card in hand if card.kind is Kind.HEALTHY)
    port = run.site.vpcd_ports[counter.number]
    registry = await asyncpg.connect(clustered.stack.postgres.url("postgres", "registry"))
    try:
        told = await registry.fetchval(TOLD)
        async with VirtualReader(number=counter.number, port=port, sam=run.sam()).running() as reader:
            await reader.tap(card)

            async def is_told() -> bool:
                return bool(await registry.fetchval(TOLD) > told)

            await until(is_told, what="an agency is told", seconds=SOON_SECONDS)
    finally:
        await registry.close()


def test_all_nodes_are_members_again(clustered: Clustered) -> None:
    listed = clustered.stack.rabbitmq.control(
        "--no-table-headers", "list_queues", "-p", "ketuk", "name", "online"
    )
    online = {name: nodes for name, _, nodes in (line.partition("\t") for line in listed.splitlines())}
    assert all(nodes.count("@localhost") == NODES for name, nodes in online.items() if "gateway." not in name)
