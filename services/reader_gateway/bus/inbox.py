"""What the others say to this gateway, from its own queue: verdicts on its taps, and keys to seal for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity

from chassis.messaging.broker import Broker
from chassis.runtime.answered import answered
from chassis.runtime.failure_reasons import Unfit
from chassis.runtime.health import Pulse
from chassis.runtime.retry import persist
from ketuk_events.catalogue import KEY_PUBLISHED, TAP_JUDGED
from ketuk_events.events import Malformed, from_wire
from ketuk_events.projection import KeyPublished
from ketuk_events.taps import TapJudged

JUDGE = "verification"
REGISTRY = "registry"
LOOK_SECONDS = 10.0
STAND_INS = 3
"""The queue itself and two that stand in for it, as the topology job declares them."""


class Verdicts:
    """Listens for verdicts; one that is lost is only not shown, for it stands in the registry.

    It makes nothing on the broker: the topology job has declared and bound the queue.
    Only one consumer may have the queue: who has it has the gateway's name, and `pulse` says so.
    """

    def __init__(
        self,
        *,
        broker: Broker,
        region: str,
        gateway: str,
        began: Callable[[str], Awaitable[bool]],
        heard: Callable[[TapJudged], None],
        key_told: Callable[[KeyPublished], Awaitable[None]],
    ) -> None:
        """`began`: whether a tap began here; what is said of another is not shown, whoever says it."""
        self._broker = broker
        self._region = region
        self._gateway = gateway
        self._name = f"{region}.{gateway}"
        self._began = began
        self._heard = heard
        self._key_told = key_told
        self._log = structlog.get_logger(part="verdicts")
        self._stand_in = 0
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Listen until told to stop."""

        async def session() -> None:
            async with self._broker.channel() as channel:
                await self._listen(channel, stopping)

        await persist(session, name="verdicts", stopping=stopping, pulse=self.pulse)

    async def _listen(self, channel: AbstractChannel, stopping: asyncio.Event) -> None:
        queue = await self._queue(channel)
        try:
            await answered(queue.consume(self.take, exclusive=True))
        except ChannelAccessRefused:
            raise Unfit(
                f"another gateway named {self._name} runs already: stop one of the two, or give this one "
                "its own name"
            ) from None
        self.pulse.up()
        ends = [asyncio.ensure_future(channel.closed()), asyncio.ensure_future(stopping.wait())]
        try:
            while not await _any_of(ends, seconds=LOOK_SECONDS):
                # a queue whose node died takes its consumers with it, and says so to nobody
                found = await answered(channel.declare_queue(queue.name, passive=True))
                if not found.declaration_result.consumer_count:
                    raise ConnectionError("the broker took our queue away")
        finally:
            for each in ends:
                each.cancel()
        if not stopping.is_set():
            raise ConnectionError("the channel was closed")

    async def _queue(self, channel: AbstractChannel) -> AbstractQueue:
        """Our queue; it lives on one node of a cluster, so another stands in while that node is away."""
        name = f"gateway.{self._name}" + ("" if self._stand_in == 0 else f".{self._stand_in}")
        try:
            return await answered(channel.declare_queue(name, passive=True))
        except ChannelNotFoundEntity:
            self._stand_in = (self._stand_in + 1) % STAND_INS
            raise Unfit(
                f"gateway.{self._name} is not on the broker, or its node is away: run the job topology"
            ) from None

    async def take(self, message: AbstractIncomingMessage) -> None:
        """Take one message, show what it says or leave it, and acknowledge it."""
        try:
            event = from_wire(
                message_id=message.message_id,
                routing_key=message.routing_key or "",
                headers=message.headers,
                body=message.body,
            )
        except Malformed as why:
            self._log.warning("not understood", reason=str(why))
        else:
            # the broker checked who published it
            match event.kind, message.user_id, event.data:
                case (kind, user, TapJudged() as verdict) if (kind, user) == (TAP_JUDGED, JUDGE):
                    if await self._is_ours(verdict):
                        self._heard(verdict)
                    else:
                        self._log.warning("a verdict on a tap that did not begin here", tap=verdict.tap)
                case (kind, user, KeyPublished() as told) if (kind, user) == (KEY_PUBLISHED, REGISTRY):
                    await self._key_told(told)
        await message.ack()

    async def _is_ours(self, verdict: TapJudged) -> bool:
        asked = verdict.asked
        return (asked.region, asked.gateway) == (self._region, self._gateway) and await self._began(
            verdict.tap
        )


async def _any_of(ends: Sequence["asyncio.Future[Any]"], *, seconds: float) -> bool:
    done, _ = await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)
