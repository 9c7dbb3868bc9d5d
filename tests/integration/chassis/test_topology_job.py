"""The topology job on a broker that has something already."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

import aio_pika
import aiohttp
import msgspec
import pytest
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import AMQPError
from aiohttp import web
from aiormq.exceptions import ChannelNotFoundEntity, ProbableAuthenticationError
from msgspec.structs import replace
from yarl import URL

from chassis.messaging.broker import DEAD_LETTERS, EVENTS
from chassis.topology import definitions as ketuk
from chassis.topology.__main__ import TopologySettings, declare
from chassis.topology.definitions import Accounts
from dev.stack.depth import depth
from dev.stack.secret_files import REGION
from dev.stack.stack import Stack
from tests.integration.chassis.conftest import until
from tests.support.bounds import BOUND_SECONDS


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


async def asked(stack: Stack, *path: str) -> list[dict[str, Any]]:
    """What the management API answers."""
    url = URL(stack.rabbitmq.management_url)
    async with (
        aiohttp.ClientSession() as session,
        session.get(url.joinpath("api", *path), raise_for_status=True) as answer,
    ):
        return list(await answer.json())


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


async def test_the_administrator_may_enter_a_virtual_host_whoever_made_it(stack: Stack) -> None:
    """A broker grants it to who makes a virtual host, and late: not to who asks a second time meanwhile."""
    url = URL(stack.rabbitmq.management_url).joinpath("api", "permissions", "ketuk", "admin")
    async with aiohttp.ClientSession() as session, session.delete(url, raise_for_status=True):
        pass
    await run(stack, known(stack))
    assert "ketuk" in {granted["vhost"] for granted in await asked(stack, "users", "admin", "permissions")}


async def test_a_virtual_host_that_does_not_run_on_each_node_yet_is_waited_for(
    stack: Stack, unused_tcp_port: int
) -> None:
    """A cluster says that a virtual host is made before it runs everywhere."""
    states, asked_for = ["stopped", "running"], []

    async def answer(request: web.Request) -> web.Response:
        asked_for.append(f"{request.method} {request.path}")
        if request.method == "GET" and request.path in {"/api/vhosts/ketuk", "/api/vhosts/ketuk-agencies"}:
            state = states.pop(0) if len(states) > 1 else states[0]
            return web.json_response({"cluster_state": {"one": "running", "two": state}})
        return web.json_response([])

    broker = web.Application()
    broker.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(broker)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
        accounts = msgspec.json.encode(known(stack)).decode()
        url = f"http://admin:x@127.0.0.1:{unused_tcp_port}"
        await declare(TopologySettings(management_url=url, accounts=accounts))
    finally:
        await runner.cleanup()
    made = asked_for.index(f"PUT /api/exchanges/ketuk/{EVENTS}")
    assert asked_for[:made].count("GET /api/vhosts/ketuk") == 2
    assert "POST /api/vhosts/ketuk/start/two" in asked_for[:made]


async def test_on_one_node_nothing_stands_in(stack: Stack, admin: AbstractChannel, newcomer: str) -> None:
    await run(stack, with_gateway(known(stack), newcomer))
    with pytest.raises(ChannelNotFoundEntity):
        await admin.declare_queue(f"gateway.{newcomer}.1", passive=True)


@pytest.mark.parametrize("host", ["ketuk", "ketuk-agencies"])
async def test_no_queue_is_without_a_bound_in_bytes_whatever_its_arguments_say(
    stack: Stack, host: str
) -> None:
    await run(stack, known(stack))
    url = str(URL(stack.environment()["AMQP_ADMIN_URL"]).with_path(f"/{host}"))
    unbounded = f"unforeseen.{uuid4().hex}"
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(unbounded, arguments={"x-max-length-bytes": 2**50})
        found: dict[str, dict[str, Any]] = {}

        async def is_told() -> bool:
            for each in await asked(stack, "queues", host):
                found[each["name"]] = each.get("effective_policy_definition") or {}
            return unbounded in found and all(found.values())

        await until(is_told, what="what is in force for each queue")
        await channel.queue_delete(unbounded)
    assert [name for name, force in found.items() if not 0 < force["max-length-bytes"] <= 2**30] == []


async def test_a_dead_letter_goes_after_its_time_also_where_the_queue_was_there_before(
    stack: Stack, admin: AbstractChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run(stack, known(stack))
    await (await admin.get_queue(DEAD_LETTERS, ensure=False)).purge()
    graveyard = await admin.get_exchange(DEAD_LETTERS, ensure=False)
    monkeypatch.setattr(ketuk, "DEAD_MILLISECONDS", 3_000)
    try:
        await run(stack, known(stack))

        async def are_in_force() -> bool:
            queues = {each["name"]: each for each in await asked(stack, "queues", ketuk.SERVICES_HOST)}
            return bool(queues[DEAD_LETTERS]["effective_policy_definition"].get("message-ttl") == 3_000)

        await until(are_in_force, what="the shorter time")
        await graveyard.publish(aio_pika.Message(b"evidence"), routing_key="")
        assert await depth(admin, DEAD_LETTERS) == 1

        async def is_gone() -> bool:
            return await depth(admin, DEAD_LETTERS) == 0

        await until(is_gone, what="the letter is gone")
    finally:
        monkeypatch.undo()
        await run(stack, known(stack))


async def test_an_account_that_is_known_no_more_is_off_the_broker_at_once(
    stack: Stack, stack_env: Mapping[str, str], admin: AbstractChannel, newcomer: str
) -> None:
    accounts = with_gateway(known(stack), newcomer)
    await run(stack, accounts)
    url = URL(stack_env["AMQP_GATEWAY_KELURAHAN_JEBRES_URL"])
    theirs = url.with_user(newcomer).with_password(accounts.gateways[newcomer])
    stays, goes = await aio_pika.connect(url), await aio_pika.connect(theirs)
    try:

        async def is_listed() -> bool:
            return newcomer in {each.get("user") for each in await asked(stack, "connections")}

        await until(is_listed, what="the connection in the API's list")
        channel = await goes.channel()
        await run(stack, known(stack))
        with suppress(AMQPError):
            await asyncio.wait_for(channel.closed(), BOUND_SECONDS)
        with pytest.raises(ProbableAuthenticationError):
            await aio_pika.connect(theirs)
        with pytest.raises(ChannelNotFoundEntity):
            await admin.declare_queue(f"gateway.{newcomer}", passive=True)
        assert not stays.is_closed
        assert {"admin", "verification", "registry", "operator"} <= {
            each["name"] for each in await asked(stack, "users")
        }
    finally:
        await stays.close()
        with suppress(OSError, AMQPError):
            await goes.close()
