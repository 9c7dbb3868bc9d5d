"""What `chassis.messaging.fast_amqp.batch_publish` takes for granted of aiormq and the broker."""

import asyncio
from uuid import uuid4

import pytest
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelInvalidStateError, PublishError
from aiormq.abc import ChannelFrame
from aiormq.exceptions import ChannelAccessRefused
from msgspec.structs import replace

from chassis.messaging.dead_letters import Graveyard
from chassis.messaging.fast_amqp.deliveries import Delivered
from chassis.messaging.message_handler import Dead
from chassis.messaging.publisher import Publisher
from tests.integration.chassis.conftest import Desk, below, until, wires, wires_of_all_sizes
from tests.support.bounds import BOUND_SECONDS


async def test_a_batch_is_confirmed_and_arrives_whole_and_in_order(
    desk: Desk, channel: AbstractChannel
) -> None:
    publisher = await desk.broker.publisher(channel)
    most = (await below(channel)).max_content_size
    sent = wires_of_all_sizes(most=most, owner=desk.owner)
    assert await publisher.publish_each(sent) == [None] * 5
    for wire in sent:
        arrived = await desk.queue.get(no_ack=True, timeout=BOUND_SECONDS)
        assert arrived is not None
        assert (arrived.message_id, arrived.body) == (wire.message_id, wire.body)
        assert arrived.headers.items() >= wire.headers.items()
        assert (arrived.user_id, arrived.delivery_mode) == ("verification", 2)


async def test_a_message_that_is_returned_is_told_from_the_others(
    desk: Desk, channel: AbstractChannel
) -> None:
    publisher = await desk.broker.publisher(channel)
    sent = wires(200, owner=desk.owner)
    for lost in (3, 150):
        sent[lost] = replace(sent[lost], routing_key="card.presented.v1.3372.nobody")
    outcomes = await publisher.publish_each(sent)
    assert [number for number, outcome in enumerate(outcomes) if outcome is not None] == [3, 150]
    assert {type(outcome) for outcome in outcomes if outcome is not None} == {PublishError}
    assert await desk.depth() == 198


async def test_nothing_is_left_behind_in_the_channel(desk: Desk, channel: AbstractChannel) -> None:
    publisher = await desk.broker.publisher(channel)
    (lost,) = wires(1, owner="nobody")
    await publisher.publish_each([*wires(50, owner=desk.owner), lost])
    under = await below(channel)
    assert not under.confirmations
    assert not under.message_id_delivery_tag


async def test_a_channel_that_the_broker_closes_fails_all_of_them(
    desk: Desk, channel: AbstractChannel
) -> None:
    publisher = await desk.broker.publisher(channel, exchange="nowhere")
    outcomes = await publisher.publish_each(wires(3, owner=desk.owner))
    assert {type(outcome) for outcome in outcomes} == {ChannelAccessRefused}
    assert publisher.is_closed
    outcomes = await publisher.publish_each(wires(2, owner=desk.owner))
    assert {type(outcome) for outcome in outcomes} == {ChannelInvalidStateError}


async def test_numbers_stay_in_step_after_one_was_cancelled_before_it_was_written(
    desk: Desk, channel: AbstractChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = await desk.broker.publisher(channel)
    under = await below(channel)
    reached = asyncio.Event()

    class Full:
        """A queue to the socket that takes nothing."""

        async def put(self, _: ChannelFrame) -> None:
            reached.set()
            await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(under, "write_queue", Full())
        publishing = asyncio.create_task(publisher.publish_each(wires(10, owner=desk.owner)))
        await reached.wait()
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)

        async def given_back() -> bool:
            return under.delivery_tag == 0

        await until(given_back, what="the numbers given back")
        assert not under.confirmations
    assert await publisher.publish_each(wires(10, owner=desk.owner)) == [None] * 10


async def test_messages_cancelled_on_their_way_do_not_disturb_the_next(
    desk: Desk, channel: AbstractChannel
) -> None:
    publisher = await desk.broker.publisher(channel)
    for _ in range(5):
        publishing = asyncio.create_task(publisher.publish_each(wires(100, owner=desk.owner)))
        for _ in range(3):
            await asyncio.sleep(0)
        publishing.cancel()
        await asyncio.gather(publishing, return_exceptions=True)
    assert await publisher.publish_each(wires(10, owner=desk.owner)) == [None] * 10
    assert not (await below(channel)).message_id_delivery_tag


async def test_dead_letters_of_one_id_are_never_in_flight_together(
    desk: Desk, channel: AbstractChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    together: list[int] = []
    publish = Publisher.publish_each

    async def watched(self: Publisher, sent: list[object]) -> list[BaseException | None]:
        together.append(len(sent))
        return await publish(self, sent)  # type: ignore[arg-type]

    monkeypatch.setattr(Publisher, "publish_each", watched)
    graveyard = await Graveyard.beside(await desk.broker.publisher(channel), queue=desk.queue.name)
    one = str(uuid4())
    names = [one, None, str(uuid4()), one, None, one]
    await graveyard.bury(
        [
            (
                Delivered(
                    tag=tag,
                    redelivered=False,
                    message_id=name,
                    routing_key="card.presented.v1.3372.x",
                    user=None,
                    content_type=None,
                    headers={"depth": 3, "list": ["a", {"b": True}]},
                    body=b"{}",
                ),
                Dead(reason=f"reason {tag}"),
            )
            for tag, name in enumerate(names)
        ]
    )
    assert together == [4, 1, 1]
    letters = [await desk.dead_letter() for _ in names]
    assert sorted(str(letter.headers["ketuk-reason"]) for letter in letters if letter) == [
        f"reason {tag}" for tag in range(6)
    ]
    assert {str(letter.headers["depth"]) for letter in letters if letter} == {"3"}
