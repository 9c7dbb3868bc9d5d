"""The batch consumer: take what has arrived, decide, publish what follows, acknowledge.

Rules 1, 6 and 7 of the wire (docs/architecture.md). Three kinds of failure are told apart:

*transient* (a dependency is away): the batch is held and tried again; after `hold_seconds` it is given back
and nothing is taken until the dependency answers and that very work succeeds: it may answer and not be well,
and each delivery counts towards the queue's limit;
*malformed or unauthenticated*: to the dead letters with the reason, the rest of the batch unharmed;
*killing its consumer*: see `prefetch`.

While what follows from one batch is being confirmed, the next one is decided, or the next few where the work
may be done side by side: so neither broker nor database is waited for idly. Batches are settled in order.

Deliveries and what follows from them have a connection each, for a broker with an alarm reads nothing on one
that publishes. While it has one, what is to be published is held, and what is not is acknowledged at once, so
that the queue grows shorter; what is still held after `hold_seconds` is given back.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import structlog
from aio_pika.abc import AbstractChannel

from chassis.messaging.batch_metrics import BatchMetrics
from chassis.messaging.broker import Broker
from chassis.messaging.dead_letters import Graveyard
from chassis.messaging.fast_amqp.deliveries import Delivered, Deliveries
from chassis.messaging.in_hand import InHand
from chassis.messaging.message_handler import (
    Arrival,
    Conclusion,
    Dead,
    Handle,
    Opened,
    Refused,
    Settled,
    handled,
    opened,
)
from chassis.messaging.prefetch import GIVE_BACK_SECONDS, Intake, TakenAway
from chassis.messaging.publisher import Alarmed, Publisher
from chassis.observability.tracing import Tracer, following
from chassis.runtime.answered import answered
from chassis.runtime.checkpoints import AtStep, Step, unobserved
from chassis.runtime.failure_reasons import words
from chassis.runtime.health import Pulse
from chassis.runtime.process import pause
from chassis.runtime.retry import TRANSIENT, persist
from ketuk_events.trace import span_of

__all__ = ("Arrival", "BatchConsumer", "Conclusion", "Dead", "Handle", "Settled")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """What a consumer works with, while it consumes."""

    intake: Intake
    publisher: Publisher
    graveyard: Graveyard
    deciding: asyncio.Semaphore
    stopping: asyncio.Event


@dataclass(frozen=True, kw_only=True, slots=True)
class _Batch:
    """A batch that was taken on and is not acknowledged yet."""

    delivered: Sequence[Delivered]
    arrivals: Opened
    malformed: Refused
    began: datetime
    clock: float
    hold_until: float
    acknowledged: set[int] = field(default_factory=set)
    """Tags of those that did not wait for the rest."""


class BatchConsumer:
    """Consumes one queue with one handler.

    Args:
        broker: where the queue is.
        queue: declared by the topology job.
        handle: the work.
        ready: returns when what the handler depends on answers, raises while not.
        metrics: where counts go.
        at_most: messages in a batch.
        at_once: batches that are decided at once. What arrives is prefetched for them and for one that is
            being confirmed.
        hold_seconds: for how long a batch is held while a dependency is away or the broker has an alarm,
            give or take a publish; must stay below the broker's consumer time-out (30 minutes by default).
        traces: takes a span for each message of a tap.
        at_step: is told each step of a batch but `decided`, which is the handler's to tell.
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
        at_once: int = 1,
        hold_seconds: float = 60.0,
        traces: Tracer | None = None,
        at_step: AtStep = unobserved,
    ) -> None:
        self._broker = broker
        self._queue = queue
        self._handle = handle
        self._ready = ready
        self._metrics = metrics
        self._at_most = at_most
        self._at_once = at_once
        self._hold_seconds = hold_seconds
        self._traces = traces
        self._at_step = at_step
        self._log = structlog.get_logger(part="consumer", queue=queue)
        self._given_back: _Batch | None = None
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Consume until told to stop; then finish the batches in hand."""

        async def session() -> None:
            await self._ready()
            async with self._broker.channel() as sending:
                publisher = await self._broker.publisher(sending, pulse=self.pulse, gives_up=True)
                while not stopping.is_set():
                    try:
                        await self._take_and_send(publisher, stopping)
                    except Alarmed:
                        # on the same connection: the broker would not even notice that this one is closed
                        await publisher.until_it_takes(stopping)

        await persist(session, name=f"consumer {self._queue}", stopping=stopping, pulse=self.pulse)

    async def _take_and_send(self, publisher: Publisher, stopping: asyncio.Event) -> None:
        await self._prove(publisher)
        async with self._broker.channel() as taking:
            await answered(taking.declare_queue(self._queue, passive=True))
            await self._consume(await self._line(taking, publisher, stopping))

    async def _line(self, channel: AbstractChannel, publisher: Publisher, stopping: asyncio.Event) -> _Line:
        return _Line(
            intake=Intake(
                channel=channel,
                deliveries=await Deliveries.on(channel),
                queue=self._queue,
                at_most=self._at_most,
                prefetch=(self._at_once + 1) * self._at_most,
                stopping=stopping,
            ),
            publisher=publisher,
            graveyard=await Graveyard.beside(publisher, queue=self._queue),
            deciding=asyncio.Semaphore(self._at_once),
            stopping=stopping,
        )

    async def _prove(self, publisher: Publisher) -> None:
        """Work on what was given back, though others may have it by now: effects never repeat."""
        if self._given_back is not None:
            await _publish(await self._decide(self._given_back), publisher)
            self._given_back = None

    async def _consume(self, line: _Line) -> None:
        in_hand, never = InHand(), asyncio.Event()
        gone = line.publisher.closed()
        gone.add_done_callback(lambda _: in_hand.fail(ConnectionError("the channel was closed")))
        async with line.intake.open():
            self.pulse.up()
            try:
                while delivered := await line.intake.next(failed=in_hand.failed):
                    in_hand.take_on(partial(self._work_on, self._taken(delivered), line))
                    # each holds a message of those that the broker sends ahead, also in an alarm
                    await in_hand.fewer(self._at_once, unless=line.publisher.alarm)
                await in_hand.fewer(0, unless=never)
            except TakenAway as why:
                # where the queue is gone nobody else has what is in hand
                self.pulse.down(str(why))
                await in_hand.fewer(0, unless=never)
                raise
            finally:
                await in_hand.give_up(seconds=GIVE_BACK_SECONDS)
                gone.cancel()

    async def _work_on(self, batch: _Batch, line: _Line, turn: asyncio.Event) -> None:
        """Decide a batch, and settle it when its turn has come."""
        self._at_step(self._queue, Step.READ)
        async with line.deciding:
            conclusions = await self._held(self._decide, batch, line)
        silent = [
            message
            for (message, _), conclusion in zip(batch.arrivals, conclusions, strict=True)
            if isinstance(conclusion, Settled) and not conclusion.follows
        ]
        if not silent or (turn.is_set() and len(silent) == len(batch.delivered)):
            await self._settle(batch, conclusions, line, turn)
            return
        settling = asyncio.create_task(self._settle(batch, conclusions, line, turn))
        alarm = asyncio.create_task(line.publisher.alarm.wait())
        try:
            await asyncio.wait({settling, alarm}, return_when=asyncio.FIRST_COMPLETED)
            if not settling.done() and not batch.acknowledged:
                await self._settle_silently(batch, silent, line)
                if len(silent) == len(batch.delivered):
                    return
            await settling
        finally:
            for each in (settling, alarm):
                each.cancel()
            await asyncio.wait({settling, alarm})

    async def _settle_silently(self, batch: _Batch, silent: Sequence[Delivered], line: _Line) -> None:
        """Acknowledge those of which nothing is to be published, though others before them wait."""
        batch.acknowledged.update(message.tag for message in silent)
        await line.intake.acknowledge_alone(silent)
        self._count(batch, done=len(silent), dead=0)

    def _taken(self, delivered: Sequence[Delivered]) -> _Batch:
        began, clock = datetime.now(UTC), time.monotonic()
        arrivals, malformed = opened(delivered)
        return _Batch(
            delivered=delivered,
            arrivals=arrivals,
            malformed=malformed,
            began=began,
            clock=clock,
            hold_until=clock + self._hold_seconds,
        )

    async def _decide(self, batch: _Batch) -> Sequence[Conclusion]:
        return await handled(self._handle, [arrival for _, arrival in batch.arrivals], log=self._log)

    async def _settle(
        self, batch: _Batch, conclusions: Sequence[Conclusion], line: _Line, turn: asyncio.Event
    ) -> None:
        """Publish what follows, bury what must not be worked on, acknowledge."""
        await turn.wait()
        standing = [conclusions]

        async def publish(batch: _Batch) -> Sequence[Conclusion]:
            # what could not be sent is decided again: found as it stands
            concluded = standing.pop() if standing else await self._decide(batch)
            self._at_step(self._queue, Step.COMMITTED)
            try:
                await _publish(concluded, line.publisher)
            except Alarmed:
                standing.append(concluded)  # it is on its way
                raise
            return concluded

        concluded = await self._held(publish, batch, line)
        dead = batch.malformed + [
            (message, conclusion)
            for (message, _), conclusion in zip(batch.arrivals, concluded, strict=True)
            if isinstance(conclusion, Dead)
        ]
        for message, conclusion in dead:
            self._log.warning("dead letter", message_id=message.message_id, reason=conclusion.reason)

        async def bury(_: _Batch) -> Sequence[Conclusion]:
            await line.graveyard.bury(dead)
            return concluded

        if dead:
            await self._held(bury, batch, line)
        self._at_step(self._queue, Step.PUBLISHED)
        rest = [message for message in batch.delivered if message.tag not in batch.acknowledged]
        if len(rest) == len(batch.delivered):
            batch.acknowledged.update(message.tag for message in rest)
            # All that follows is confirmed. Batches are settled in order: one word covers this one.
            await line.intake.acknowledge(rest)
        else:
            await line.intake.acknowledge_alone(rest)
        self._at_step(self._queue, Step.ACKNOWLEDGED)
        self._count(batch, done=len(rest) - len(dead), dead=len(dead))
        self._trace(batch)

    def _count(self, batch: _Batch, *, done: int, dead: int) -> None:
        self._metrics.settled(self._queue, done=done, dead=dead, seconds=time.monotonic() - batch.clock)

    async def _held(
        self, attempt: Callable[[_Batch], Awaitable[Sequence[Conclusion]]], batch: _Batch, line: _Line
    ) -> Sequence[Conclusion]:
        """Attempt until it succeeds: holds the deliveries through a blip, but no longer than agreed."""
        while True:
            try:
                conclusions = await attempt(batch)
            except TRANSIENT as failure:
                self.pulse.down(words(failure))
                over = time.monotonic() > batch.hold_until
                if over and not line.publisher.is_closed:
                    self._given_back = batch
                if line.publisher.is_closed or line.stopping.is_set() or over:
                    raise
                self._log.warning("holds", because=type(failure).__name__, messages=len(batch.arrivals))
                await pause(0.5, stopping=line.stopping)
            else:
                if not line.publisher.alarm.is_set():
                    self.pulse.up()
                return conclusions

    def _trace(self, batch: _Batch) -> None:
        if self._traces is None:
            return
        for event in (arrival.event for _, arrival in batch.arrivals):
            span = following(
                event.traceparent,
                name=f"process {self._queue}",
                span=span_of(self._queue, event.id),
                began=batch.began,
                **{"messaging.message.id": str(event.id), "messaging.destination.name": self._queue},
            )
            if span is not None:
                self._traces.take(span)


async def _publish(concluded: Sequence[Conclusion], publisher: Publisher) -> None:
    follows = [each.follows for each in concluded if isinstance(each, Settled)]
    await publisher.publish_all([wire for wires in follows for wire in wires])
