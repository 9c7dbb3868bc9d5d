"""What `chassis.messaging.fast_amqp.deliveries` takes for granted of aiormq and the broker."""

from collections.abc import Awaitable, Callable, Sequence

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import PublishError
from msgspec.structs import replace

from chassis.messaging.fast_amqp.deliveries import Delivered, Deliveries
from tests.integration.chassis.conftest import Desk, below, until, wires, wires_of_all_sizes


def taken_all(taken: Sequence[Delivered], count: int) -> Callable[[], Awaitable[bool]]:
    async def whether() -> bool:
        return len(taken) == count

    return whether


async def test_each_is_taken_whole_and_in_order_whatever_its_size(
    desk: Desk, channel: AbstractChannel
) -> None:
    taken: list[Delivered] = []
    most = (await below(channel)).max_content_size
    sent = wires_of_all_sizes(most=most, owner=desk.owner)
    await (await Deliveries.on(channel)).consume(desk.queue.name, taken.append)
    await desk.send(*sent)
    await until(taken_all(taken, len(sent)), what="all taken")
    assert [(each.message_id, each.body) for each in taken] == [(wire.message_id, wire.body) for wire in sent]
    assert [each.tag for each in taken] == [1, 2, 3, 4, 5]
    assert {(each.user, each.redelivered, each.routing_key) for each in taken} == {
        ("admin", False, sent[0].routing_key)
    }


async def test_what_is_returned_and_confirmed_meanwhile_goes_to_the_channel(
    desk: Desk, channel: AbstractChannel
) -> None:
    taken: list[Delivered] = []
    publisher = await desk.broker.publisher(channel)
    await (await Deliveries.on(channel)).consume(desk.queue.name, taken.append)
    await desk.send(*wires(1, owner=desk.owner))
    await until(taken_all(taken, 1), what="one taken")
    sent = wires(200, owner=desk.owner)
    sent[150] = replace(sent[150], routing_key="card.presented.v1.3372.nobody")
    outcomes = await publisher.publish_each(sent)
    assert [number for number, outcome in enumerate(outcomes) if outcome is not None] == [150]
    assert isinstance(outcomes[150], PublishError)
    await until(taken_all(taken, len(sent)), what="all taken")


async def test_a_consumer_that_aiormq_knows_gets_its_own_from_there(
    desk: Desk, channel: AbstractChannel
) -> None:
    got: list[str | None] = []

    async def take(message: AbstractIncomingMessage) -> None:
        got.append(message.message_id)

    async def came() -> bool:
        return len(got) == len(sent)

    await Deliveries.on(channel)
    await (await channel.get_queue(desk.queue.name, ensure=False)).consume(take, no_ack=True)
    sent = wires(3, owner=desk.owner)
    await desk.send(*sent)
    await until(came, what="all taken")
    assert got == [wire.message_id for wire in sent]
