"""Confirmed publishing on a channel, also while the broker has an alarm."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import cast

import aio_pika
import aiormq
from aio_pika.abc import AbstractChannel, AbstractExchange
from aio_pika.exceptions import ChannelInvalidStateError
from pamqp import commands

from chassis.messaging.fast_amqp.batch_publish import InFlight, Letter
from chassis.runtime.failure_reasons import Unfit
from chassis.runtime.health import Pulse
from ketuk_events.catalogue import Delivery
from ketuk_events.events import Wire
from ketuk_events.names import to_timestamp

CONFIRM_SECONDS = 30.0
LOOK_SECONDS = 1.0
TRANSIENT_MILLISECONDS = "60000"


class Alarmed(Unfit):
    """The broker takes no messages: what was sent lies in its sockets until the alarm is over."""

    def __init__(self) -> None:
        super().__init__("the broker takes no messages: it is short of memory or disk")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sent:
    """Messages on their way, and the task that waits for the broker's word on each."""

    flight: InFlight
    going: "asyncio.Task[None]"
    names: tuple[str, ...]


class Publisher:
    """Publishes and returns only when the broker has confirmed.

    While the broker has an alarm (memory, disk) it takes nothing: then this waits as long as that lasts, or
    gives up. What is given up is on its way all the same. Whoever publishes it again here is told how it
    fared, and it is not sent twice.
    """

    def __init__(
        self,
        *,
        channel: AbstractChannel,
        exchange: AbstractExchange,
        user: str,
        stamped: bool = True,
        pulse: Pulse | None = None,
        gives_up: bool = False,
        alarm: asyncio.Event | None = None,
    ) -> None:
        self._channel = channel
        self._exchange = exchange
        self._user = user
        self._stamped = stamped
        self._pulse = pulse
        self._gives_up = gives_up
        self._given_up: list[_Sent] = []
        self.alarm = asyncio.Event() if alarm is None else alarm
        """Set while something waits here because of an alarm."""

    async def to(self, exchange: str, *, stamped: bool) -> "Publisher":
        """One to another exchange over the same channel."""
        return Publisher(
            channel=self._channel,
            exchange=await self._channel.get_exchange(exchange, ensure=False),
            user=self._user,
            stamped=stamped,
            pulse=self._pulse,
            gives_up=self._gives_up,
            alarm=self.alarm,
        )

    async def publish_all(self, wires: Sequence[Wire]) -> None:
        """Publish messages together and wait until each is confirmed.

        Raises an AMQPError where one is refused or cannot be routed, a TimeoutError where no confirm comes,
        and Alarmed: then none may be taken as sent. An id that occurs twice is sent once, for two messages
        with one id in flight on a channel can make a returned one look confirmed.
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
        if channel.is_closed:
            return [ChannelInvalidStateError("the channel is closed")] * len(wires)
        together = self._on_their_way(wires, cast("aiormq.Channel", channel))
        try:
            failure = await self._until_answered([sent.going for sent in together], channel)
        except BaseException:
            for sent in together:
                self._forget(sent)
            raise
        otherwise = failure or ConnectionError("the channel was closed")
        known: dict[str, BaseException | None] = {}
        for sent in together:
            known |= zip(sent.names, sent.flight.outcomes(otherwise), strict=True)
            if sent.going.done() or channel.is_closed:
                self._forget(sent)
            elif sent not in self._given_up:
                self._given_up.append(sent)
                channel.closing.add_done_callback(partial(self._forget_with, sent))
        return [known[wire.message_id] for wire in wires]

    async def until_it_takes(self, stopping: asyncio.Event) -> None:
        """Return when the broker takes messages, or `stopping` is set.

        Raises ConnectionError where the channel is gone.
        """
        channel = await self._channel.get_underlay_channel()
        told, closing = asyncio.create_task(stopping.wait()), channel.closing
        try:
            while not stopping.is_set() and await _is_blocked(channel.connection):
                self._say_alarm()
                await asyncio.wait({told, closing}, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if closing.done():
                    raise ConnectionError("the channel was closed")
        finally:
            told.cancel()
            if not closing.done():
                closing.cancel()
        self._say_over()

    def _say_alarm(self) -> None:
        self.alarm.set()
        if self._pulse is not None:
            self._pulse.down(str(Alarmed()))

    def _say_over(self) -> None:
        if self.alarm.is_set():
            self.alarm.clear()
            if self._pulse is not None:
                self._pulse.up()

    def _on_their_way(self, wires: Sequence[Wire], channel: aiormq.Channel) -> list[_Sent]:
        """What brings the answers on these: those that were given up, and the others, which go now."""
        wanted = {wire.message_id for wire in wires}
        together: list[_Sent] = []
        for sent in tuple(self._given_up):
            if not wanted.isdisjoint(sent.names):
                together.append(sent)
                wanted.difference_update(sent.names)
            elif sent.going.done():
                self._forget(sent)
        if fresh := [wire for wire in wires if wire.message_id in wanted]:
            flight = InFlight(channel=channel, letters=self._letters(fresh))
            names = tuple(wire.message_id for wire in fresh)
            together.append(_Sent(flight=flight, going=asyncio.create_task(flight.go()), names=names))
        return together

    def _forget_with(self, sent: _Sent, _: "asyncio.Future[None]") -> None:
        self._forget(sent)

    def _forget(self, sent: _Sent) -> None:
        sent.going.cancel()
        sent.flight.forget()
        if sent in self._given_up:
            self._given_up.remove(sent)

    async def _until_answered(
        self, going: "Sequence[asyncio.Task[None]]", channel: aiormq.abc.AbstractChannel
    ) -> BaseException | None:
        """Why there is not an answer on each: the channel was closed, no answer came, or an alarm."""
        loop = asyncio.get_running_loop()
        deadline, closing = loop.time() + CONFIRM_SECONDS, channel.closing
        until: float | None = None
        try:
            while not closing.done() and (waits := [each for each in going if not each.done()]):
                done, _ = await asyncio.wait(
                    {*waits, closing}, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if done:
                    continue
                if await _is_blocked(channel.connection):
                    self._say_alarm()
                    deadline = loop.time() + CONFIRM_SECONDS
                    until = deadline if until is None else until
                    if self._gives_up and loop.time() > until:
                        return Alarmed()
                elif loop.time() > deadline:
                    return TimeoutError()
        finally:
            if not closing.done():
                closing.cancel()
        self._say_over()
        failures = [_failure(each) for each in (*going, closing) if each.done()]
        return next((each for each in failures if each is not None), None)

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

    def closed(self) -> "asyncio.Future[object]":
        """Is done when the channel is gone."""
        return asyncio.ensure_future(self._channel.closed())

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
