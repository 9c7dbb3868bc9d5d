"""An outage of the database that lasts longer than the broker waits for an acknowledgement."""

import asyncio
from collections.abc import Iterator

import pytest

from chassis.messaging.broker import DEAD_LETTERS
from dev.stack.stack import Stack
from tests.integration.chassis.conftest import until
from tests.integration.verification.bench import NAME, Bench, approved, fresh, informed, running

READINGS = 100
GAVE_UP = "timed out. Timeout value used: 2000 ms"
"""What the broker logs when it closes a channel whose consumer does not acknowledge."""


@pytest.fixture
def impatient(stack: Stack) -> Iterator[None]:
    """The broker waits for two seconds rather than half an hour, for channels that are opened now."""
    stack.rabbitmq.run_out_of_patience()
    yield
    stack.rabbitmq.have_patience_again()


@pytest.mark.usefixtures("impatient")
async def test_an_outage_longer_than_the_brokers_patience_loses_nothing_and_kills_nothing(
    bench: Bench,
) -> None:
    log = bench.stack.children.log("rabbitmq")
    begins = log.stat().st_size

    async def has_given_up() -> bool:
        return GAVE_UP in (await asyncio.to_thread(log.read_bytes))[begins:].decode(errors="replace")

    async def both_consume() -> bool:
        queue = await bench.channel.declare_queue("verification.readings", passive=True)
        return queue.declaration_result.consumer_count == 2

    async with informed(bench), running(bench.found):
        await approved(bench)
        await until(both_consume, what="two consumers")
        await asyncio.to_thread(bench.stack.children.kill, "postgres")
        try:
            taps = [fresh() for _ in range(READINGS)]
            await bench.say(NAME, *(bench.reading(found) for found in taps))
            await until(has_given_up, what="the broker taking the readings back")
            assert await bench.depth(DEAD_LETTERS) == 0
        finally:
            await asyncio.to_thread(bench.stack.restart, "postgres")
        said: dict[str, set[bytes]] = {}
        while len(said) < READINGS:
            message, judged = await bench.verdict()
            said.setdefault(judged.tap, set()).add(message.body)
    assert said.keys() == {found.tap for found in taps}
    assert {len(bodies) for bodies in said.values()} == {1}
    assert await bench.depth(DEAD_LETTERS) == 0
    assert await bench.depth("verification.readings") == 0
