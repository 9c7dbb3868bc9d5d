"""A queue that is deleted under its consumer, and declared again: it is noticed, and work goes on."""

import asyncio
from collections.abc import Sequence

from aio_pika.abc import AbstractQueue

from chassis.messaging.batch_consumer import Arrival, Conclusion, Settled
from chassis.messaging.broker import EVENTS
from tests.integration.chassis.conftest import Desk, until, wires
from tests.integration.chassis.test_batches import Collected, consumer, running
from tests.support.bounds import BOUND_SECONDS


async def declare_again(desk: Desk) -> AbstractQueue:
    queue = await desk.admin.declare_queue(
        desk.queue.name, durable=True, arguments={"x-queue-type": "quorum"}
    )
    await queue.bind(EVENTS, f"card.presented.v1.3372.{desk.owner}")
    return queue


async def test_a_consumer_whose_queue_is_deleted_is_down_and_takes_from_it_when_it_is_there_again(
    desk: Desk,
) -> None:
    handled = Collected()
    each = consumer(desk, handled)

    async def received() -> bool:
        return len(handled.ids) > 0

    async def is_down() -> bool:
        return not each.pulse.is_up

    async def is_up() -> bool:
        return each.pulse.is_up

    async with running(each):
        await desk.send(*wires(3, owner=desk.owner))
        await until(received, what="the first messages")
        await desk.queue.delete(if_unused=False, if_empty=False)
        await until(is_down, what="the pulse down")
        await declare_again(desk)
        handled.arrivals.clear()
        await until(is_up, what="the consumer at work again")
        await desk.send(*wires(3, owner=desk.owner))
        await until(received, what="what was sent to the new queue")


async def test_what_is_in_hand_when_the_queue_is_deleted_is_finished(desk: Desk) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    (follow,) = wires(1, owner=f"{desk.owner}-follows")
    landed = await desk.admin.declare_queue(exclusive=True)
    await landed.bind(EVENTS, follow.routing_key)

    async def slow(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        begun.set()
        await go_on.wait()
        return [Settled(follows=(follow,)) for _ in arrivals]

    each = consumer(desk, slow)

    async def is_down() -> bool:
        return not each.pulse.is_up

    async def followed() -> bool:
        return await landed.get(no_ack=True, timeout=BOUND_SECONDS, fail=False) is not None

    async with running(each):
        await desk.send(*wires(1, owner=desk.owner))
        await begun.wait()
        await desk.queue.delete(if_unused=False, if_empty=False)
        await until(is_down, what="the pulse down")
        go_on.set()
        await until(followed, what="what follows from the message in hand")
        await declare_again(desk)
        await desk.send(*wires(1, owner=desk.owner))
        await until(followed, what="what follows from a new message")
    assert await desk.dead_depth() == 0
