"""A gateway's account speaks in its own name only: it makes nothing through which it could say more."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused
from yarl import URL

from chassis.messaging.broker import EVENTS

OWN = "gateway.3372.kelurahan-jebres"
VICTIMS_KEY = "tap.judged.v1.3372.polresta-surakarta"
ANOTHER_QUEUE = "gateway.3372.polresta-surakarta"


@pytest.fixture
def url(stack_env: Mapping[str, str]) -> str:
    return stack_env["AMQP_GATEWAY_KELURAHAN_JEBRES_URL"]


@asynccontextmanager
async def channel_of(url: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(url) as connection:
        yield await connection.channel()


@pytest.fixture
async def _nothing_left(stack_env: Mapping[str, str]) -> AsyncIterator[None]:
    """Without the exchange that an account with too many rights made."""
    yield
    async with channel_of(str(URL(stack_env["AMQP_ADMIN_URL"]).with_path("/ketuk"))) as channel:
        await channel.exchange_delete(OWN)


@pytest.mark.usefixtures("_nothing_left")
@pytest.mark.parametrize("arguments", [{}, {"alternate-exchange": EVENTS}], ids=["plain", "alternate"])
async def test_a_gateway_declares_no_exchange_to_publish_past_its_topic_permission(
    url: str, arguments: dict[str, str]
) -> None:
    async with channel_of(url) as channel:
        with pytest.raises(ChannelAccessRefused):
            await channel.declare_exchange(OWN, durable=True, arguments=dict(arguments))


async def test_a_gateway_binds_no_exchange_to_that_of_the_events(url: str) -> None:
    async with channel_of(url) as channel:
        events = await channel.get_exchange(EVENTS, ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await events.bind("amq.topic", "#")


async def test_a_gateway_declares_no_queue_that_dead_letters_into_another_counters_verdicts(url: str) -> None:
    aimed: dict[str, str | int] = {
        "x-dead-letter-exchange": EVENTS,
        "x-dead-letter-routing-key": VICTIMS_KEY,
        "x-message-ttl": 0,
    }
    for name in (OWN, f"{OWN}.1", f"{OWN}.2"):
        async with channel_of(url) as channel:
            with pytest.raises(ChannelAccessRefused):
                await channel.declare_queue(name, durable=True, arguments={**aimed})


async def test_a_gateway_binds_nothing_to_its_queue_and_takes_no_binding_away(url: str) -> None:
    for act in ("bind", "unbind"):
        async with channel_of(url) as channel:
            queue = await channel.get_queue(OWN, ensure=False)
            with pytest.raises(ChannelAccessRefused):
                await getattr(queue, act)(EVENTS, "tap.judged.v1.3372.kelurahan-jebres")


async def test_the_queue_of_a_gateways_verdicts_is_there_before_it_ever_came(
    url: str, stack_env: Mapping[str, str]
) -> None:
    async with channel_of(url) as channel:
        await channel.declare_queue(OWN, passive=True)
    async with channel_of(str(URL(stack_env["AMQP_ADMIN_URL"]).with_path("/ketuk"))) as channel:
        await channel.declare_queue(ANOTHER_QUEUE, passive=True)
