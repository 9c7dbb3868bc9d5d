"""Connections to the broker.

Plain connections rather than the self-restoring kind: after a loss `retry` builds everything anew, so that
no channel, consumer or publish of an earlier connection lives on.
"""

import asyncio
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aio_pika
import aio_pika.exceptions
from aio_pika.abc import AbstractChannel, AbstractConnection
from yarl import URL

from chassis.messaging.fast_amqp.frames import read_as_they_lie
from chassis.messaging.publisher import Publisher
from chassis.runtime.answered import Lost, answered
from chassis.runtime.failure_reasons import Unfit
from chassis.runtime.health import Pulse
from chassis.runtime.versions import BROKER

EVENTS = "ketuk.events"
DEAD_LETTERS = "ketuk.dead-letters"
HEARTBEAT_SECONDS = 40
CONNECT_SECONDS = 5
CLOSE_SECONDS = 5.0

Connect = Callable[[], Awaitable[AbstractConnection]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Broker:
    """Where the broker is, and as whom a service speaks there."""

    url: str
    """An address, or those of a cluster's nodes with commas between; one account for all."""
    name: str
    """Shown in the broker's list of connections."""
    trust: ssl.SSLContext | None = None
    """Whom to trust as the broker, for an `amqps` address."""
    found: Callable[[str], None] | None = None
    """Told the broker's version at each connection."""

    @property
    def user(self) -> str:
        """The account; every message carries it, and the broker rejects another."""
        return URL(self._addresses[0]).user or "guest"

    @property
    def _addresses(self) -> list[str]:
        return self.url.split(",")

    async def connect(self) -> AbstractConnection:
        """Open a connection, to any node that answers; the first one tried differs, so that they share.

        Raises AMQPConnectionError or OSError where the broker is away.

        Raises Unfit where it is of a version that is not supported.
        """
        addresses = random.sample(self._addresses, len(self._addresses))
        for address in addresses[:-1]:
            with suppress(OSError, aio_pika.exceptions.AMQPError):
                return await self._connect(address)
        return await self._connect(addresses[-1])

    async def _connect(self, address: str) -> AbstractConnection:
        read_as_they_lie()
        connection = await answered(
            aio_pika.connect(
                address,
                client_properties={"connection_name": self.name},
                heartbeat=HEARTBEAT_SECONDS,
                timeout=CONNECT_SECONDS,
                ssl_context=self.trust,
            )
        )
        version = _version(connection)
        try:
            BROKER.check(version)
        except Unfit:
            await _close(connection)
            raise
        if self.found is not None:
            self.found(version)
        return connection

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[AbstractChannel]:
        """A channel with publisher confirms on a connection of its own; both are closed at the end."""
        connection = await self.connect()
        try:
            yield await answered(_opened(connection))
        finally:
            await _close(connection)

    async def publisher(
        self,
        channel: AbstractChannel,
        *,
        exchange: str = EVENTS,
        stamped: bool = True,
        pulse: Pulse | None = None,
        gives_up: bool = False,
    ) -> Publisher:
        """A publisher to an exchange that the topology job declared (it is not created here).

        `stamped`: messages get the time at which they are sent. `pulse` says while the broker takes none, and
        `gives_up` whether that is waited out or comes back as Alarmed after `CONFIRM_SECONDS`.
        """
        return Publisher(
            channel=channel,
            exchange=await channel.get_exchange(exchange, ensure=False),
            user=self.user,
            stamped=stamped,
            pulse=pulse,
            gives_up=gives_up,
        )


async def _opened(connection: AbstractConnection) -> AbstractChannel:
    try:
        # `on_return_raises`: without it an unroutable message would look confirmed
        return await connection.channel(publisher_confirms=True, on_return_raises=True)
    except RuntimeError as closed:
        # so aio-pika and aiormq say that the connection is gone already
        raise Lost("the connection was closed") from closed


async def _close(connection: AbstractConnection) -> None:
    """Close it, or leave it to end by itself where the broker is silent: nobody waits for that."""
    closing = asyncio.ensure_future(connection.close())
    # the closing may be cancelled by aiormq, or wait for what was written and goes nowhere
    await asyncio.wait({closing}, timeout=CLOSE_SECONDS)
    if closing.done() and not closing.cancelled():
        closing.exception()


def _version(connection: AbstractConnection) -> str:
    transport = connection.transport
    told = {} if transport is None else transport.connection.server_properties
    return str(told.get("version", "unknown"))
