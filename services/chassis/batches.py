"""The batch consumer: take what has arrived, decide, publish what follows, acknowledge.

DESIGN's rules of the wire 1, 6 and 7. Three kinds of failure are told apart:

*transient* (a dependency is away): the batch is held and tried again; after `hold_seconds` it is given back
and nothing is taken until the dependency answers;
*malformed or unauthenticated*: to the dead letters with the reason, the rest of the batch unharmed;
*killing its consumer*: see `intake`.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from chassis.batch_metrics import BatchMetrics
from chassis.broker import Broker, Publisher
from chassis.causes import words
from chassis.dead_letters import Graveyard
from chassis.health import Pulse
from chassis.intake import Intake
from chassis.life import pause
from chassis.patience import TRANSIENT, persist
from chassis.tracing import Tracer, following
from ketuk_events.events import Event, Malformed, Wire, from_wire
from ketuk_events.trace import span_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A message that arrived and is of the contract."""

    event: Event
    user: str | None
    """The account that published it, as the broker checked it."""
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """The work is done and committed; these follow from it and are published before the acknowledgement."""

    follows: tuple[Wire, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Dead:
    """The message must not be worked on: to the dead letters with this reason (nothing personal in it)."""

    reason: str


Conclusion = Settled | Dead
Handle = Callable[[Sequence[Arrival]], Awaitable[Sequence[Conclusion]]]
"""Works on a batch in one transaction; returns one conclusion for each arrival, in their order.

It is called again with the same messages after a failure or a restart: decisions that stand must be found and
followed by byte-identical messages. Raising a transient failure has the batch tried again.
"""


class BatchConsumer:
    """Consumes one queue with one handler.

    Args:
        broker: where the queue is.
        queue: declared by the topology job.
        handle: the work.
        ready: returns when what the handler depends on answers, raises while not.
        metrics: where counts go.
        at_most: messages in a batch, and the prefetch.
        hold_seconds: for how long a batch is held while a dependency is away; must stay below the broker's
            consumer time-out (30 minutes by default).
        traces: takes a span for each message of a tap.
    """

    def __init__(
        self,
        *,
        broker: Broker,
        queue: str,
        handle: Handle,
        ready: Callable[[], Awaitable[object]],
        metrics: BatchMetrics,
        at_most: int = 200,
        hold_seconds: float = 60.0,
        traces: Tracer | None = None,
    ) -> None:
        self._broker = broker
        self._queue = queue
        self._handle = handle
        self._ready = ready
        self._metrics = metrics
        self._at_most = at_most
        self._hold_seconds = hold_seconds
        self._traces = traces
        self._log = structlog.get_logger(part="consumer", queue=queue)
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Consume until told to stop; then finish the batch in hand."""

        async def session() -> None:
            await self._ready()
            async with self._broker.channel() as channel:
                await self._consume(channel, stopping)

        await persist(session, name=f"consumer {self._queue}", stopping=stopping, pulse=self.pulse)

    async def _consume(self, channel: AbstractChannel, stopping: asyncio.Event) -> None:
        publisher = await self._broker.publisher(channel, pulse=self.pulse)
        graveyard = await Graveyard.on(channel, queue=self._queue, user=self._broker.user)
        queue = await channel.declare_queue(self._queue, passive=True)
        intake = Intake(channel=channel, queue=queue, at_most=self._at_most, stopping=stopping)
        async with intake.open():
            self.pulse.up()
            while batch := await intake.next():
                with self._metrics.handling(self._queue, size=len(batch)):
                    await self._conclude(batch, publisher, graveyard, stopping)

    async def _conclude(
        self,
        batch: list[AbstractIncomingMessage],
        publisher: Publisher,
        graveyard: Graveyard,
        stopping: asyncio.Event,
    ) -> None:
        began = datetime.now(UTC)
        arrivals, dead = _opened(batch)
        conclusions = await self._held([arrival for _, arrival in arrivals], publisher, stopping)
        dead += [
            (message, conclusion.reason)
            for (message, _), conclusion in zip(arrivals, conclusions, strict=True)
            if isinstance(conclusion, Dead)
        ]
        for message, reason in dead:
            self._log.warning("dead letter", message_id=message.message_id, reason=reason)
            await graveyard.bury(message, reason=reason)
        # All that follows is confirmed. Batches of a channel are worked in order: one word covers this one.
        await batch[-1].ack(multiple=True)
        self._metrics.settled(self._queue, done=len(batch) - len(dead), dead=len(dead))
        self._trace([arrival for _, arrival in arrivals], began)

    def _trace(self, arrivals: Sequence[Arrival], began: datetime) -> None:
        if self._traces is None:
            return
        for event in (arrival.event for arrival in arrivals):
            span = following(
                event.traceparent,
                name=f"process {self._queue}",
                span=span_of(self._queue, event.id),
                began=began,
                **{"messaging.message.id": str(event.id), "messaging.destination.name": self._queue},
            )
            if span is not None:
                self._traces.take(span)

    async def _held(
        self, arrivals: list[Arrival], publisher: Publisher, stopping: asyncio.Event
    ) -> Sequence[Conclusion]:
        """Handle and publish; hold the deliveries through a blip, but no longer than agreed."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._hold_seconds
        while True:
            try:
                conclusions = await self._handled(arrivals)
                await publisher.publish_all(
                    [wire for each in conclusions if isinstance(each, Settled) for wire in each.follows]
                )
            except TRANSIENT as failure:
                self.pulse.down(words(failure))
                if publisher.is_closed or stopping.is_set() or loop.time() > deadline:
                    raise
                self._log.warning("holds", because=type(failure).__name__, messages=len(arrivals))
                await pause(0.5, stopping=stopping)
            else:
                self.pulse.up()
                return conclusions

    async def _handled(self, arrivals: list[Arrival]) -> Sequence[Conclusion]:
        if not arrivals:
            return []
        try:
            return await self._handle(arrivals)
        except TRANSIENT:
            raise
        except Exception as failure:  # noqa: BLE001  the fault of one message must not harm the rest
            # the type and the place, for what an exception says may quote personal data
            self._log.error("handler failed", because=type(failure).__name__, at=_where(failure))
            if len(arrivals) == 1:
                return [Dead(reason=f"handler failed: {type(failure).__name__}")]
        return [conclusion for arrival in arrivals for conclusion in await self._handled([arrival])]


def _where(failure: Exception) -> str:
    last = traceback.extract_tb(failure.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


Opened = list[tuple[AbstractIncomingMessage, Arrival]]
Refused = list[tuple[AbstractIncomingMessage, str]]


def _opened(batch: list[AbstractIncomingMessage]) -> tuple[Opened, Refused]:
    arrivals: Opened = []
    refused: Refused = []
    for message in batch:
        try:
            event = from_wire(
                message_id=message.message_id,
                routing_key=message.routing_key or "",
                headers=message.headers,
                body=message.body,
            )
        except Malformed as why:
            refused.append((message, str(why)))
        else:
            arrivals.append((message, Arrival(event=event, user=message.user_id, body=message.body)))
    return arrivals, refused
