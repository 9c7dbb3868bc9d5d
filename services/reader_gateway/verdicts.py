"""The verdicts on this gateway's taps, from its own queue to the board."""

import asyncio
from collections.abc import Callable

import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aiormq.exceptions import ChannelAccessRefused

from chassis.broker import EVENTS, Broker
from chassis.causes import Unfit
from chassis.health import Pulse
from chassis.patience import persist
from ketuk_events.catalogue import TAP_JUDGED
from ketuk_events.events import Malformed, from_wire
from ketuk_events.taps import TapJudged

JUDGE = "verification"
EXPIRES_MILLISECONDS = 3_600_000


class Verdicts:
    """Listens for verdicts; one that is lost is only not shown, for it stands in the registry.

    Only one consumer may have the queue: who has it has the gateway's name, and `pulse` says so.
    """

    def __init__(
        self, *, broker: Broker, region: str, gateway: str, heard: Callable[[TapJudged], None]
    ) -> None:
        self._broker = broker
        self._name = f"{region}.{gateway}"
        self._heard = heard
        self._log = structlog.get_logger(part="verdicts")
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Listen until told to stop."""

        async def session() -> None:
            async with self._broker.channel() as channel:
                await self._listen(channel, stopping)

        await persist(session, name="verdicts", stopping=stopping, pulse=self.pulse)

    async def _listen(self, channel: AbstractChannel, stopping: asyncio.Event) -> None:
        queue = await channel.declare_queue(
            f"gateway.{self._name}", durable=True, arguments={"x-expires": EXPIRES_MILLISECONDS}
        )
        await queue.bind(EVENTS, f"tap.judged.v1.{self._name}")
        try:
            await queue.consume(self._take, exclusive=True)
        except ChannelAccessRefused:
            raise Unfit(
                f"another gateway named {self._name} runs already: stop one of the two, or give this one "
                "its own name"
            ) from None
        self.pulse.up()
        ends = [asyncio.ensure_future(channel.closed()), asyncio.ensure_future(stopping.wait())]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for each in ends:
            each.cancel()
        if not stopping.is_set():
            raise ConnectionError("the channel was closed")

    async def _take(self, message: AbstractIncomingMessage) -> None:
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
            if event.kind is TAP_JUDGED and message.user_id == JUDGE and isinstance(event.data, TapJudged):
                self._heard(event.data)
        await message.ack()
