"""What befalls a service's broker and database; each lasts until the service says so, or for a while."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import asyncpg
from aio_pika.abc import AbstractChannel

from dev.faults.link import Link
from dev.stack.stack import Stack
from tests.integration.chassis.test_broker_alarm import Alarm
from tests.integration.chassis.test_unwell_database import RELOAD, UNWELL
from tests.integration.liveness.service import Service

SILENT_SECONDS = 8.0
"""Longer than a heartbeat may take (3 x (1 + 1) s), than a request and than a statement."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What a service stands on, and the way to it."""

    stack: Stack
    broker: Link
    database: Link
    admin: AbstractChannel
    """On the broker, past the link."""
    queues: tuple[str, ...]
    """From which the service consumes."""
    name: str
    """Of its database."""
    service: Service


Fault = Callable[[Surroundings], AbstractAsyncContextManager[None]]


def resets(link: Callable[[Surroundings], Link]) -> Fault:
    """Connections end, and nobody is told more than that."""

    @asynccontextmanager
    async def fault(around: Surroundings) -> AsyncIterator[None]:
        link(around).reset()
        yield

    return fault


def falls_silent(link: Callable[[Surroundings], Link]) -> Fault:
    """Nothing arrives, either way, and nobody is told."""

    @asynccontextmanager
    async def fault(around: Surroundings) -> AsyncIterator[None]:
        async with link(around).silence():
            await asyncio.gather(asyncio.sleep(SILENT_SECONDS), around.service.until_ready(is_so=False))
            yield

    return fault


@asynccontextmanager
async def queues_are_deleted(around: Surroundings) -> AsyncIterator[None]:
    for queue in around.queues:
        await around.admin.queue_delete(queue)
    await around.service.until_ready(is_so=False)
    yield
    # declares the topology anew
    await asyncio.to_thread(around.stack.start)


@asynccontextmanager
async def broker_is_short_of_memory(around: Surroundings) -> AsyncIterator[None]:
    alarm = Alarm(around.stack)
    await alarm.begin()
    sending = asyncio.create_task(_send_again_and_again(around))
    try:
        await around.service.until_ready(is_so=False)
        yield
    finally:
        sending.cancel()
        await alarm.end()


async def _send_again_and_again(around: Surroundings) -> None:
    """An alarm is noticed by who publishes, and begins a moment after it was asked for."""
    while True:
        await around.service.to_be_sent()
        await asyncio.sleep(0.5)


@asynccontextmanager
async def database_is_killed(around: Surroundings) -> AsyncIterator[None]:
    await asyncio.to_thread(around.stack.children.kill, "postgres")
    try:
        await around.service.until_ready(is_so=False)
        yield
    finally:
        await asyncio.to_thread(around.stack.restart, "postgres")


def database_says(bad: str, good: str) -> Fault:
    """A fault that one statement of the administrator's makes, and another one ends.

    In both `{role}` is the service, which comes to its database under its own name.
    """

    @asynccontextmanager
    async def fault(around: Surroundings) -> AsyncIterator[None]:
        await _as_administrator(around, bad)
        try:
            await around.service.until_ready(is_so=False)
            yield
        finally:
            await _as_administrator(around, good)

    return fault


async def _as_administrator(around: Surroundings, statement: str) -> None:
    url = around.stack.environment()["DATABASE_ADMIN_URL"].rpartition("/")[0] + f"/{around.name}"
    # neither setting strikes this one
    connection = await asyncpg.connect(url, server_settings={"default_transaction_read_only": "off"})
    try:
        await connection.execute(statement.format(role=around.service.name))
        await connection.execute(RELOAD)
    finally:
        await connection.close()


# A broker that is killed ends the connections of the test, too: that is for `dev.chaos`.
FAULTS: Mapping[str, Fault] = {
    "the broker resets": resets(lambda around: around.broker),
    "the broker falls silent": falls_silent(lambda around: around.broker),
    "the broker is short of memory": broker_is_short_of_memory,
    "the queues are deleted": queues_are_deleted,
    "the database resets": resets(lambda around: around.database),
    "the database falls silent": falls_silent(lambda around: around.database),
    "the database is killed": database_is_killed,
    "the database takes no writes": database_says(*UNWELL["read-only"]),
    "the database has no connection left": database_says(
        "ALTER ROLE {role} CONNECTION LIMIT 0; "
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'",
        "ALTER ROLE {role} CONNECTION LIMIT -1",
    ),
}
