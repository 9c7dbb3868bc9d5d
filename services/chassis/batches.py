"""The batch consumer: take what has arrived, decide, publish what follows, acknowledge.

DESIGN's rules of the wire 1, 6 and 7. Three kinds of failure are told apart:

*transient* (a dependency is away): the batch is held and tried again; after `hold_seconds` it is given back
and nothing is taken until the dependency answers and that very work succeeds: it may answer and not be well,
and each delivery counts towards the queue's limit;
*malformed or unauthenticated*: to the dead letters with the reason, the rest of the batch unharmed;
*killing its consumer*: see `intake`.

While what follows from one batch is being confirmed, the next one is decided, or the next few where the work
may be done side by side: so neither broker nor database is waited for idly. Batches are settled in order.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from aio_pika.abc import AbstractChannel

from chassis.answered import answered
from chassis.batch_metrics import BatchMetrics
from chassis.broker import Broker, Publisher
from chassis.causes import words
from chassis.dead_letters import Graveyard
from chassis.deliveries import Delivered, Deliveries
from chassis.handling import Arrival, Conclusion, Dead, Handle, Opened, Refused, Settled, handled, opened
from chassis.health import Pulse
from chassis.intake import GIVE_BACK_SECONDS, Intake, TakenAway
from chassis.life import pause
from chassis.patience import TRANSIENT, persist
from chassis.steps import AtStep, Step, unobserved
from chassis.tracing import Tracer, following
from ketuk_events.trace import span_of

__all__ = ("Arrival", "BatchConsumer", "Conclusion", "Dead", "Handle", "Settled")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """What a consumer works with on one channel."""

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
        hold_seconds: for how long a batch is held while a dependency is away; must stay below the broker's
            consumer time-out (30 minutes by default).
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
            async with self._broker.channel() as channel:
                await answered(channel.declare_queue(self._queue, passive=True))
                publisher = await self._broker.publisher(channel, pulse=self.pulse)
                await self._prove(publisher)
                await self._consume(await self._line(channel, publisher, stopping))

        await persist(session, name=f"consumer {self._queue}", stopping=stopping, pulse=self.pulse)

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
            graveyard=await Graveyard.on(channel, queue=self._queue, user=self._broker.user),
            deciding=asyncio.Semaphore(self._at_once),
            stopping=stopping,
        )

    async def _prove(self, publisher: Publisher) -> None:
        """Work on what was given back, though others may have it by now: effects never repeat."""
        if self._given_back is not None:
            await _publish(await self._decide(self._given_back), publisher)
            self._given_back = None

    async def _consume(self, line: _Line) -> None:
        in_hand: deque[asyncio.Task[None]] = deque()
        async with line.intake.open():
            self.pulse.up()
            try:
                while delivered := await line.intake.next(meanwhile=in_hand[-1] if in_hand else None):
                    before = in_hand[-1] if in_hand else None
                    in_hand.append(
                        asyncio.create_task(self._work_on(self._taken(delivered), line, before=before))
                    )
                    await _leave(in_hand, at_most=self._at_once)
                await _leave(in_hand, at_most=0)
            except TakenAway as why:
                # where the queue is gone nobody else has what is in hand
                self.pulse.down(str(why))
                await _leave(in_hand, at_most=0)
                raise
            finally:
                for task in in_hand:
                    task.cancel()
                await _ended(in_hand)

    async def _work_on(self, batch: _Batch, line: _Line, *, before: "asyncio.Task[None] | None") -> None:
        """Decide a batch, and settle it after the one before."""
        self._at_step(self._queue, Step.READ)
        async with line.deciding:
            conclusions = await self._held(self._decide, batch, line)
        if before is not None:
            await before
        await self._settle(batch, conclusions, line)

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

    async def _settle(self, batch: _Batch, conclusions: Sequence[Conclusion], line: _Line) -> None:
        """Publish what follows, bury what must not be worked on, acknowledge."""
        first = [conclusions]

        async def publish(batch: _Batch) -> Sequence[Conclusion]:
            # what could not be sent is decided again: found as it stands
            concluded = first.pop() if first else await self._decide(batch)
            self._at_step(self._queue, Step.COMMITTED)
            await _publish(concluded, line.publisher)
            return concluded

        concluded = await self._held(publish, batch, line)
        dead = batch.malformed + [
            (message, conclusion)
            for (message, _), conclusion in zip(batch.arrivals, concluded, strict=True)
            if isinstance(conclusion, Dead)
        ]
        for message, conclusion in dead:
            self._log.warning("dead letter", message_id=message.message_id, reason=conclusion.reason)
        await line.graveyard.bury(dead)
        self._at_step(self._queue, Step.PUBLISHED)
        # All that follows is confirmed. Batches of a channel are settled in order: one word covers this one.
        await line.intake.acknowledge(batch.delivered)
        self._at_step(self._queue, Step.ACKNOWLEDGED)
        self._metrics.settled(
            self._queue,
            done=len(batch.delivered) - len(dead),
            dead=len(dead),
            seconds=time.monotonic() - batch.clock,
        )
        self._trace(batch)

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


async def _leave(in_hand: "deque[asyncio.Task[None]]", *, at_most: int) -> None:
    """Wait until no more are in hand. Raises what one of them ended with, also where one before it hangs."""
    while len(in_hand) > at_most:
        # a later one fails with what one before it failed with
        await asyncio.wait({in_hand[0], in_hand[-1]}, return_when=asyncio.FIRST_COMPLETED)
        if in_hand[-1].done():
            in_hand[-1].result()
        if in_hand[0].done():
            in_hand.popleft().result()


async def _ended(cancelled: "Collection[asyncio.Task[None]]") -> None:
    """Wait a moment for what was cancelled; what else they failed with is known from the first that did."""
    if cancelled:
        done, _ = await asyncio.wait(cancelled, timeout=GIVE_BACK_SECONDS)
        for task in done:
            if not task.cancelled():
                task.exception()


async def _publish(concluded: Sequence[Conclusion], publisher: Publisher) -> None:
    follows = [each.follows for each in concluded if isinstance(each, Settled)]
    await publisher.publish_all([wire for wires in follows for wire in wires])
