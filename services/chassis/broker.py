"""Connections to the broker, and confirmed publishing on them.

Plain connections rather than the self-restoring kind: after a loss `patience` builds everything anew, so that
no channel, consumer or publish of an earlier connection lives on.
"""

import asyncio
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

import aio_pika
import aio_pika.exceptions
import aiormq
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import ChannelInvalidStateError
from pamqp import commands
from yarl import URL

from chassis.answered import Lost, answered
from chassis.causes import Unfit
from chassis.frames import read_as_they_lie
from chassis.health import Pulse
from chassis.in_flight import InFlight, Letter
from chassis.versions import BROKER
from ketuk_events.catalogue import Delivery
from ketuk_events.events import Wire
from ketuk_events.names import to_timestamp

EVENTS = "ketuk.events"
DEAD_LETTERS = "ketuk.dead-letters"
HEARTBEAT_SECONDS = 40
CONFIRM_SECONDS = 30.0
LOOK_SECONDS = 1.0
CONNECT_SECONDS = 5
CLOSE_SECONDS = 5.0
TRANSIENT_MILLISECONDS = "60000"

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
    ) -> "Publisher":
        """A publisher to an exchange that the topology job declared (it is not created here).

        `stamped`: messages get the time at which they are sent. `pulse` says while the broker takes none.
        """
        return Publisher(
            channel=channel,
            exchange=await channel.get_exchange(exchange, ensure=False),
            user=self.user,
            stamped=stamped,
            pulse=pulse,
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


class Publisher:
    """Publishes and returns only when the broker has confirmed.

    While the broker has an alarm (memory, disk) it takes nothing: then this waits as long as that lasts.
    """

    def __init__(
        self,
        *,
        channel: AbstractChannel,
        exchange: AbstractExchange,
        user: str,
        stamped: bool = True,
        pulse: Pulse | None = None,
    ) -> None:
        self._channel = channel
        self._exchange = exchange
        self._user = user
        self._stamped = stamped
        self._pulse = pulse

    async def publish_all(self, wires: Sequence[Wire]) -> None:
        """Publish messages together and wait until each is confirmed.

        Raises an AMQPError where one is refused or cannot be routed, a TimeoutError where no confirm comes:
        then none may be taken as sent. An id that occurs twice is sent once, for two messages with one id in
        flight on a channel can make a returned one look confirmed.
        """
        unique = {wire.message_id: wire for wire in wires}
        for outcome in await self.publish_each(list(unique.values())):
            if outcome is not None:
                raise outcome

    async def publish_each(self, wires: Sequence[Wire]) -> list[BaseException | None]:
        """Publish messages of different ids together; for each None once confirmed, or why it is not."""
        if not wires:
            return []
        try:
            channel = await self._channel.get_underlay_channel()
        except ChannelInvalidStateError as gone:
            return [gone] * len(wires)
        flight = InFlight(channel=cast("aiormq.Channel", channel), letters=self._letters(wires))
        try:
            failure = await self._until_answered(flight, channel)
            return flight.outcomes(failure or ConnectionError("the channel was closed"))
        finally:
            flight.forget()

    async def _until_answered(
        self, flight: InFlight, channel: aiormq.abc.AbstractChannel
    ) -> BaseException | None:
        """Why there is not an answer on each: the channel was closed."""
        loop = asyncio.get_running_loop()
        going, closing = asyncio.create_task(flight.go()), channel.closing
        deadline, said = loop.time() + CONFIRM_SECONDS, False
        try:
            while not (
                await asyncio.wait(
                    {going, closing}, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
            )[0]:
                if await _is_blocked(channel.connection):
                    deadline = loop.time() + CONFIRM_SECONDS
                    if self._pulse is not None:
                        self._pulse.down("the broker takes no messages: it is short of memory or disk")
                        said = True
                elif loop.time() > deadline:
                    raise TimeoutError
        finally:
            going.cancel()
            if not closing.done():
                closing.cancel()
        if said and self._pulse is not None:
            self._pulse.up()
        return _failure(going if going.done() else closing)

    def _letters(self, wires: Sequence[Wire]) -> list[Letter]:
        headers = {"cloudEvents_sentat": to_timestamp(datetime.now(UTC))} if self._stamped else {}
        return [
            Letter(
                exchange=self._exchange.name,
                routing_key=wire.routing_key,
                mandatory=wire.delivery is Delivery.WORK,
                properties=properties(wire, user=self._user, headers=headers),
                body=wire.body,
            )
            for wire in wires
        ]

    @property
    def is_closed(self) -> bool:
        """Whether the channel is gone, so that nothing can be published any more."""
        return self._channel.is_closed


def properties(wire: Wire, *, user: str, headers: Mapping[str, str]) -> commands.Basic.Properties:
    """The AMQP properties of a wire message, with further headers."""
    transient = wire.delivery is Delivery.HEARTBEAT
    mode = aio_pika.DeliveryMode.NOT_PERSISTENT if transient else aio_pika.DeliveryMode.PERSISTENT
    return commands.Basic.Properties(
        headers={**wire.headers, **headers},
        content_type=wire.content_type,
        delivery_mode=int(mode),
        expiration=TRANSIENT_MILLISECONDS if transient else None,
        message_id=wire.message_id,
        user_id=user,
    )


async def _is_blocked(connection: aiormq.abc.AbstractConnection) -> bool:
    try:
        await asyncio.wait_for(connection.ready(), 0.01)
    except TimeoutError:
        return True
    return False


def _failure(ended: "asyncio.Future[None]") -> BaseException | None:
    """What it ended with, unless with a mere cancellation."""
    failure = None if ended.cancelled() else ended.exception()
    return failure if isinstance(failure, Exception) else None
