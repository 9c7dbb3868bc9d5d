"""What befalls that on which a service stands; each lasts until the service says so, or for a while."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from aio_pika.abc import AbstractChannel

from dev.faults.link import Link
from dev.stack import pcscd, postgres
from dev.stack.rabbitmq import RabbitMQ
from dev.stack.stack import Stack
from tests.integration.chassis.conftest import until
from tests.integration.chassis.test_broker_alarm import Alarm
from tests.integration.chassis.test_unwell_database import RELOAD, UNWELL
from tests.integration.liveness.service import SOON_SECONDS, Service, ServiceWithDatabase, administrators

SILENT_SECONDS = 8.0
"""Longer than a heartbeat may take (3 x (1 + 1) s), than a request and than a statement."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What a service stands on, and the way to it."""

    stack: Stack
    broker: Link
    admin: AbstractChannel
    """On the broker, past the link."""
    queues: tuple[str, ...]
    """From which the service consumes."""
    service: Service


@dataclass(frozen=True, kw_only=True, slots=True)
class WithDatabase(Surroundings):
    """Those of a service that has a database."""

    database: Link
    name: str
    """Of its database."""
    service: ServiceWithDatabase


Around = TypeVar("Around", bound=Surroundings)
Around_contra = TypeVar("Around_contra", bound=Surroundings, contravariant=True)


class Fault(Protocol[Around_contra]):
    """Lasts while its block runs."""

    def __call__(self, around: Around_contra, /) -> AbstractAsyncContextManager[None]:
        """Begin it where these are."""


def resets(link: Callable[[Around], Link]) -> Fault[Around]:
    """Connections end, and nobody is told more than that."""

    @asynccontextmanager
    async def fault(around: Around) -> AsyncIterator[None]:
        link(around).reset()
        yield

    return fault


def falls_silent(link: Callable[[Around], Link]) -> Fault[Around]:
    """Nothing arrives, either way, and nobody is told."""

    @asynccontextmanager
    async def fault(around: Around) -> AsyncIterator[None]:
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
    try:
        async with _sending_again_and_again(around):
            await around.service.until_ready(is_so=False)
            yield
    finally:
        await alarm.end()


@asynccontextmanager
async def _sending_again_and_again(around: Surroundings) -> AsyncIterator[None]:
    """Some faults are noticed by who has something to send, and begin a moment after they were asked for."""

    async def send() -> None:
        while True:
            await around.service.to_be_sent()
            await asyncio.sleep(0.5)

    sending = asyncio.create_task(send())
    try:
        yield
    finally:
        sending.cancel()
        await asyncio.wait({sending})
    if not sending.cancelled():
        sending.result()


@asynccontextmanager
async def broker_gives_up_who_is_slow(around: WithDatabase) -> AsyncIterator[None]:
    """A delivery is held for longer than the broker waits for its acknowledgement: it ends the channel."""
    log = around.stack.children.log("rabbitmq")
    begins = log.stat().st_size

    async def has_given_up() -> bool:
        return b"has timed out waiting for" in (await asyncio.to_thread(log.read_bytes))[begins:]

    async with AsyncExitStack() as impatient:
        await impatient.enter_async_context(_impatient(around.stack.rabbitmq))
        # what is opened from now on is given up soon
        async with SILENT_BROKER(around):
            pass
        await around.service.until_ready()
        async with around.database.silence():
            await around.service.to_be_taken()
            await asyncio.gather(
                until(has_given_up, what="the broker gives up", seconds=SOON_SECONDS),
                around.service.until_ready(is_so=False),
            )
            await impatient.aclose()
            around.broker.reset()
            yield


@asynccontextmanager
async def _impatient(broker: RabbitMQ) -> AsyncIterator[None]:
    await asyncio.to_thread(broker.run_out_of_patience)
    try:
        yield
    finally:
        await asyncio.to_thread(broker.have_patience_again)


def is_killed(part: str) -> Fault[Surroundings]:
    """A part of the stack ends at once, and is started again."""

    @asynccontextmanager
    async def fault(around: Surroundings) -> AsyncIterator[None]:
        await asyncio.to_thread(around.stack.children.kill, part)
        try:
            await around.service.until_ready(is_so=False)
            yield
        finally:
            await asyncio.to_thread(around.stack.restart, part)

    return fault


def database_says(bad: str, good: str) -> Fault[WithDatabase]:
    """A fault that one statement of the administrator's makes, and another one ends.

    In both `{role}` is the service, which comes to its database under its own name.
    """

    @asynccontextmanager
    async def fault(around: WithDatabase) -> AsyncIterator[None]:
        await _as_administrator(around, bad)
        try:
            async with _sending_again_and_again(around):
                await around.service.until_ready(is_so=False)
            yield
        finally:
            await _as_administrator(around, good)

    return fault


async def _as_administrator(around: WithDatabase, statement: str) -> None:
    url = around.stack.environment()["DATABASE_ADMIN_URL"]
    async with administrators(url, database=around.name) as pool:
        await pool.execute(statement.format(role=around.service.name))
        await pool.execute(RELOAD)


SILENT_BROKER: Fault[Surroundings] = falls_silent(lambda around: around.broker)
# A broker that is killed ends the connections of the test, too: that is for `dev.chaos`.
OF_THE_BROKER: Mapping[str, Fault[Surroundings]] = {
    "the broker resets": resets(lambda around: around.broker),
    "the broker falls silent": SILENT_BROKER,
    "the broker is short of memory": broker_is_short_of_memory,
    "the queues are deleted": queues_are_deleted,
}
FAULTS: Mapping[str, Fault[WithDatabase]] = {
    **OF_THE_BROKER,
    "the broker gives up who is slow": broker_gives_up_who_is_slow,
    "the database resets": resets(lambda around: around.database),
    "the database falls silent": falls_silent(lambda around: around.database),
    "the database is killed": is_killed(postgres.NAME),
    "the database takes no writes": database_says(*UNWELL["read-only"]),
    "the database lacks a grant": database_says(
        "REVOKE INSERT, UPDATE, DELETE ON outbox FROM {role}",
        "GRANT INSERT, UPDATE, DELETE ON outbox TO {role}",
    ),
    "the database has no connection left": database_says(
        "ALTER ROLE {role} CONNECTION LIMIT 0; "
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'",
        "ALTER ROLE {role} CONNECTION LIMIT -1",
    ),
}
OF_THE_GATEWAY: Mapping[str, Fault[Surroundings]] = {
    **OF_THE_BROKER,
    "the card daemon is killed": is_killed(pcscd.NAME),
}
SLOW = {"the broker gives up who is slow"}
"""Faults for the long form of a run."""
