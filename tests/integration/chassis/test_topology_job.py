"""The topology job on a broker that has something already."""

from collections.abc import AsyncIterator, Mapping
from uuid import uuid4

import aio_pika
import msgspec
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelNotFoundEntity
from msgspec.structs import replace
from yarl import URL

from chassis.broker import EVENTS
from chassis.topology.__main__ import TopologySettings, declare
from chassis.topology.ketuk import Accounts
from dev.stack.depth import depth
from dev.stack.secret_files import REGION
from dev.stack.stack import Stack


@pytest.fixture
async def admin(stack_env: Mapping[str, str]) -> AsyncIterator[AbstractChannel]:
    """A channel of the administrator's on the services' virtual host."""
    async with await aio_pika.connect(
        str(URL(stack_env["AMQP_ADMIN_URL"]).with_path("/ketuk"))
    ) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


def known(stack: Stack) -> Accounts:
    return msgspec.json.decode(stack.secrets.read("topology/ketuk_accounts"), type=Accounts)


async def run(stack: Stack, accounts: Accounts) -> None:
    settings = TopologySettings(
        management_url=stack.rabbitmq.management_url, accounts=msgspec.json.encode(accounts).decode()
    )
    await declare(settings)


@pytest.fixture
async def newcomer(stack: Stack) -> AsyncIterator[str]:
    """The name of a gateway that the job has not heard of yet; at the end it has forgotten it again."""
    yield f"{REGION}.{uuid4().hex[:12]}"
    await run(stack, known(stack))


def with_gateway(accounts: Accounts, name: str) -> Accounts:
    return replace(accounts, gateways={**accounts.gateways, name: uuid4().hex})


async def test_a_new_gateways_replies_wait_before_it_ever_connects(
    stack: Stack, admin: AbstractChannel, newcomer: str
) -> None:
    await run(stack, with_gateway(known(stack), newcomer))
    events = await admin.get_exchange(EVENTS, ensure=False)
    for key in (f"tap.judged.v1.{newcomer}", f"key.published.v1.{REGION}.verification"):
        await events.publish(aio_pika.Message(b"{}"), routing_key=key)
    assert await depth(admin, f"gateway.{newcomer}") == 2


async def test_a_queue_that_an_earlier_version_of_the_gateway_made_is_made_anew(
    stack: Stack, admin: AbstractChannel, newcomer: str
) -> None:
    name = f"gateway.{newcomer}"
    await admin.declare_queue(name, durable=True, arguments={"x-expires": 3_600_000})
    await run(stack, with_gateway(known(stack), newcomer))
    # an active declaration with other arguments would be refused
    await admin.declare_queue(name, durable=True, arguments={"x-queue-type": "classic"})


async def test_running_again_takes_nothing_away(stack: Stack, admin: AbstractChannel, newcomer: str) -> None:
    accounts = with_gateway(known(stack), newcomer)
    await run(stack, accounts)
    events = await admin.get_exchange(EVENTS, ensure=False)
    await events.publish(aio_pika.Message(b"{}"), routing_key=f"tap.judged.v1.{newcomer}")
    await run(stack, accounts)
    assert await depth(admin, f"gateway.{newcomer}") == 1


async def test_on_one_node_nothing_stands_in(stack: Stack, admin: AbstractChannel, newcomer: str) -> None:
    await run(stack, with_gateway(known(stack), newcomer))
    with pytest.raises(ChannelNotFoundEntity):
        await admin.declare_queue(f"gateway.{newcomer}.1", passive=True)
