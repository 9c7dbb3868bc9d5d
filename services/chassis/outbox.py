"""The outbox: messages that were decided on and wait to be sent, and the relay that sends them."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import structlog

from chassis.broker import EVENTS, Broker
from chassis.causes import Unfit
from chassis.health import Pulse
from chassis.patience import persist
from chassis.steps import AtStep, Step, unobserved
from chassis.tracing import Tracer, following
from ketuk_events.events import Wire
from ketuk_events.trace import span_of

LOOK_AGAIN_SECONDS = 1.0
"""How often a relay looks without being woken: for rows of another process, or of an earlier one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """What waits in an outbox."""

    waiting: int
    oldest_seconds: float
    """For how long the oldest has waited; 0 where none does."""


class Outbox(Protocol):
    """Where messages wait, oldest first, stored in the transaction that decided on them."""

    added: asyncio.Event
    """Set whenever messages were added in this process."""

    def waiting(self, limit: int) -> AbstractAsyncContextManager[Sequence[Wire]]:
        """The oldest messages, held by the block alone; a block that ends well removes them for good.

        A block that raises removes nothing.
        """

    async def backlog(self) -> Backlog:
        """How many wait, and for how long."""


class Relay:
    """Sends what waits in an outbox, in order, and forgets it once the broker has confirmed."""

    def __init__(
        self,
        *,
        broker: Broker,
        outbox: Outbox,
        exchange: str = EVENTS,
        at_most: int = 200,
        named: Pulse | None = None,
        traces: Tracer | None = None,
        at_step: AtStep = unobserved,
    ) -> None:
        """`named`: is up while this process holds its name; nothing is sent before.

        `at_step`: is told when rows are read, published and gone.
        """
        self._broker = broker
        self._outbox = outbox
        self._exchange = exchange
        self._at_most = at_most
        self._named = named
        self._traces = traces
        self._at_step = at_step
        self._log = structlog.get_logger(part="relay", exchange=exchange)
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay until told to stop."""

        async def session() -> None:
            if self._named is not None and not self._named.is_up:
                raise Unfit("waits until this process holds its name")
            async with self._broker.channel() as channel:
                publisher = await self._broker.publisher(channel, exchange=self._exchange, pulse=self.pulse)
                self.pulse.up()
                while not stopping.is_set():
                    self._outbox.added.clear()
                    async with self._outbox.waiting(self._at_most) as wires:
                        self._pass(Step.READ, wires)
                        # confirm before you forget: the rows go when this block has ended well
                        began = datetime.now(UTC)
                        await publisher.publish_all(wires)
                        self._trace(wires, began)
                        self._pass(Step.PUBLISHED, wires)
                    self._pass(Step.ACKNOWLEDGED, wires)
                    if len(wires) < self._at_most:
                        await self._more(stopping)
                    if publisher.is_closed:
                        raise ConnectionError("the channel was closed")

        await persist(session, name=f"relay to {self._exchange}", stopping=stopping, pulse=self.pulse)

    def _pass(self, step: Step, wires: Sequence[Wire]) -> None:
        if wires:
            self._at_step(self._exchange, step)

    def _trace(self, wires: Sequence[Wire], began: datetime) -> None:
        if self._traces is None:
            return
        for wire in wires:
            span = following(
                wire.headers.get("traceparent"),
                name="send",
                span=span_of("send", wire.message_id),
                began=began,
                **{"messaging.message.id": wire.message_id, "messaging.destination.name": self._exchange},
            )
            if span is not None:
                self._traces.take(span)

    async def _more(self, stopping: asyncio.Event) -> None:
        waits = [asyncio.create_task(self._outbox.added.wait()), asyncio.create_task(stopping.wait())]
        with suppress(TimeoutError):
            await asyncio.wait(waits, timeout=LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()
