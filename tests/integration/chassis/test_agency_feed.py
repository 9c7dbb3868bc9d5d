"""An agency's feed keeps what its subscriber does not acknowledge, however often that is killed."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from uuid import uuid4

import aio_pika
from aio_pika.exceptions import AMQPError
from yarl import URL

from chassis.topology.definitions import AGENCIES
from dev.faults.link import Link
from dev.stack.depth import depth
from tests.integration.chassis.conftest import until
from tests.support.bounds import BOUND_SECONDS

KILLS = 60
EVENTS = 5


async def test_a_subscriber_that_acknowledges_nothing_and_is_killed_loses_nothing(
    stack_env: Mapping[str, str],
) -> None:
    url = stack_env["AMQP_AGENCY_POLRESTA_SURAKARTA_URL"]
    name = URL(url).query["queue"]
    wanted = {uuid4().hex for _ in range(EVENTS)}
    async with (
        Link(to=URL(url).port or 0).running() as link,
        await aio_pika.connect(stack_env["AMQP_REGISTRY_AGENCIES_URL"]) as connection,
    ):
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        agencies = await channel.get_exchange(AGENCIES, ensure=False)
        for each in wanted:
            await agencies.publish(
                aio_pika.Message(b"{}", message_id=each), "card.verified.v1.3372.polresta-surakarta"
            )
        for _ in range(KILLS):
            await killed_with_everything_in_hand(link, url, name, EVENTS)

            async def given_back() -> bool:
                return await depth(channel, name) == EVENTS

            await until(given_back, what="what the killed one held")
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).get_queue(name, ensure=False)
        found = [await queue.get(no_ack=True, timeout=BOUND_SECONDS, fail=False) for _ in range(EVENTS)]
    assert {each.message_id for each in found if each is not None} == wanted


async def killed_with_everything_in_hand(link: Link, url: str, name: str, count: int) -> None:
    """Take all, acknowledge nothing, and end without a word, as a killed process does."""
    connection = await aio_pika.connect(URL(url).with_port(link.port))
    channel = await connection.channel()
    queue = await channel.get_queue(name, ensure=False)
    taken, all_taken = 0, asyncio.Event()

    async def take(_: aio_pika.abc.AbstractIncomingMessage) -> None:
        nonlocal taken
        taken += 1
        if taken == count:
            all_taken.set()

    await queue.consume(take)
    await asyncio.wait_for(all_taken.wait(), BOUND_SECONDS)
    link.reset()
    with suppress(OSError, AMQPError):
        await connection.close()
