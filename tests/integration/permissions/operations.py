"""What an account may try on the broker, each thing on a channel of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
import aiormq
from aiormq.abc import AbstractChannel
from aiormq.exceptions import AMQPError
from pamqp.commands import Basic
from yarl import URL

CONNECTIONS, CHANNELS = 8, 32
"""What a gateway or an agency may have of each (`chassis.topology.definitions`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """An account, and what is its own and another's."""

    name: str
    """As the table of permissions names it."""
    url: str
    queue: str
    others_queue: str
    exchange: str
    """To which its virtual host's messages are published."""
    key: str
    """Under which it publishes, or would."""
    others_key: str
    other_host: str
    management: str
    """Address of the management API, without a name."""

    @property
    def user(self) -> str:
        """Its name on the broker."""
        return URL(self.url).user or ""


Try = Callable[[AbstractChannel, Subject], Awaitable[object]]


async def is_allowed(operation: Try, subject: Subject) -> bool:
    """Try it as that account; whether the broker let it."""
    connection = await aiormq.connect(subject.url)
    try:
        await operation(await connection.channel(), subject)
    except (AMQPError, ConnectionError):
        return False
    else:
        return True
    finally:
        with suppress(AMQPError, ConnectionError):
            await connection.close()


def _publish(
    *, user: Callable[[Subject], str | None], key: Callable[[Subject], str], exchange: str | None = None
) -> Try:
    async def attempt(channel: AbstractChannel, subject: Subject) -> None:
        await channel.basic_publish(
            b"{}",
            exchange=subject.exchange if exchange is None else exchange,
            routing_key=key(subject),
            properties=Basic.Properties(user_id=user(subject), message_type="nothing"),
        )

    return attempt


def _own(subject: Subject) -> str:
    return subject.user


def _other(subject: Subject) -> str:
    return "registry" if subject.user == "verification" else "verification"


def _key(subject: Subject) -> str:
    return subject.key


async def _take(channel: AbstractChannel, queue: str) -> None:
    taken: asyncio.Queue[object] = asyncio.Queue()
    await channel.basic_consume(queue, taken.put, no_ack=False)


async def _open_connections(_: AbstractChannel, subject: Subject) -> None:
    """One more than a gateway may have, counting the one of this channel."""
    opened = []
    try:
        for _number in range(CONNECTIONS):
            connection = await aiormq.connect(subject.url)
            opened.append(connection)
            await connection.channel()
    finally:
        for connection in opened:
            with suppress(AMQPError, ConnectionError):
                await connection.close()


async def _open_channels(_: AbstractChannel, subject: Subject) -> None:
    """One more than a gateway may have."""
    connection = await aiormq.connect(subject.url)
    try:
        for _number in range(CHANNELS + 1):
            await connection.channel()
    finally:
        with suppress(AMQPError, ConnectionError):
            await connection.close()


async def _enter_other_host(_: AbstractChannel, subject: Subject) -> None:
    connection = await aiormq.connect(URL(subject.url).with_path(f"/{subject.other_host}"))
    await connection.close()


async def _manage(_: AbstractChannel, subject: Subject) -> None:
    url = URL(subject.url)
    account = aiohttp.encode_basic_auth(url.user or "", url.password or "")
    async with (
        aiohttp.ClientSession(subject.management, headers={"Authorization": account}) as session,
        session.get("/api/overview") as said,
    ):
        if not said.ok:
            raise ConnectionError(said.status)


async def _take_answers(channel: AbstractChannel, _: Subject) -> None:
    await channel.basic_consume("amq.rabbitmq.reply-to", asyncio.Queue[object]().put, no_ack=True)


OPERATIONS: Mapping[str, Try] = {
    "declare a queue": lambda on, who: on.queue_declare(f"{who.queue}.more", durable=True),
    "declare a queue whose dead letters are published as another's": lambda on, who: on.queue_declare(
        f"{who.queue}.more",
        durable=True,
        arguments={"x-dead-letter-exchange": who.exchange, "x-dead-letter-routing-key": who.others_key},
    ),
    "delete its own queue": lambda on, who: on.queue_delete(who.queue),
    "bind its own queue to everything": lambda on, who: on.queue_bind(who.queue, who.exchange, "#"),
    "unbind its own queue": lambda on, who: on.queue_unbind(who.queue, who.exchange, who.key),
    "purge its own queue": lambda on, who: on.queue_purge(who.queue),
    "consume its own queue": lambda on, who: _take(on, who.queue),
    "get from its own queue": lambda on, who: on.basic_get(who.queue),
    "see how long its own queue is": lambda on, who: on.queue_declare(who.queue, passive=True),
    "see how long another's queue is": lambda on, who: on.queue_declare(who.others_queue, passive=True),
    "consume another's queue": lambda on, who: _take(on, who.others_queue),
    "get from another's queue": lambda on, who: on.basic_get(who.others_queue),
    "purge another's queue": lambda on, who: on.queue_purge(who.others_queue),
    "delete another's queue": lambda on, who: on.queue_delete(who.others_queue),
    "bind another's queue to everything": lambda on, who: on.queue_bind(who.others_queue, who.exchange, "#"),
    "declare an exchange": lambda on, who: on.exchange_declare(who.queue, durable=True),
    "declare an exchange that passes on what it cannot route": lambda on, who: on.exchange_declare(
        who.queue, durable=True, arguments={"alternate-exchange": who.exchange}
    ),
    "bind an exchange to the events": lambda on, who: on.exchange_bind("amq.topic", who.exchange, "#"),
    "have the events take from an exchange": lambda on, who: on.exchange_bind(who.exchange, "amq.topic", "#"),
    "delete the exchange of the events": lambda on, who: on.exchange_delete(who.exchange),
    "publish what it is for, in its own name": _publish(user=_own, key=_key),
    "publish what it is for, in no name": _publish(user=lambda _: None, key=_key),
    "publish in another's name": _publish(user=_other, key=_key),
    "publish under another's routing key": _publish(user=_own, key=lambda who: who.others_key),
    "publish into a queue directly": _publish(user=_own, key=lambda who: who.others_queue, exchange=""),
    "publish to `amq.topic`": _publish(user=_own, key=_key, exchange="amq.topic"),
    "publish a dead letter": _publish(user=_own, key=lambda who: who.queue, exchange="ketuk.dead-letters"),
    "take answers at `amq.rabbitmq.reply-to`": _take_answers,
    "enter the other virtual host": _enter_other_host,
    "ask the management API": _manage,
    f"have more than {CONNECTIONS} connections": _open_connections,
    f"have more than {CHANNELS} channels on a connection": _open_channels,
}
