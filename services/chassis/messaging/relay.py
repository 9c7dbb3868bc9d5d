"""The outbox: messages that were decided on and wait to be sent, and the relay that sends them."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import structlog
from aio_pika.exceptions import ChannelClosed, DeliveryError
from pamqp import commands

from chassis.messaging.broker import EVENTS, Broker
from chassis.messaging.publisher import Alarmed, Publisher
from chassis.observability.tracing import Tracer, following
from chassis.runtime.checkpoints import AtStep, Step, unobserved
from chassis.runtime.failure_reasons import Unfit, words
from chassis.runtime.health import Pulse
from chassis.runtime.retry import persist
from chassis.storage.outbox import Outbox
from ketuk_events.events import Wire
from ketuk_events.trace import span_of

LOOK_AGAIN_SECONDS = 1.0
"""How often a relay looks without being woken: for rows of another process, or of an earlier one."""
PASSED_OVER_SECONDS = 10.0
"""For how long what has a routing key waits, after the broker did not take a message with that key."""
_MOST_NAMED = 3


class PassedOver:
    """Routing keys with which the broker does not take messages: no queue, a full one, no right to it.

    Their messages stay in the outbox, and each is tried again after a while; the others do not wait for them.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._why: dict[str, str] = {}

    def __len__(self) -> int:
        """How many routing keys there are."""
        return len(self._why)

    def add(self, routing_key: str, *, why: str) -> bool:
        """Pass over a key for a while; returns whether it was taken until now."""
        was_taken = routing_key not in self._why
        self._until[routing_key], self._why[routing_key] = self._clock() + PASSED_OVER_SECONDS, why
        return was_taken

    def takes(self, routing_key: str) -> None:
        """The broker takes messages with a key, again or as ever."""
        self._until.pop(routing_key, None)
        self._why.pop(routing_key, None)

    def now(self) -> frozenset[str]:
        """Those that are not to be tried yet."""
        now = self._clock()
        return frozenset(key for key, until in self._until.items() if until > now)

    def words(self) -> str | None:
        """Which keys, and why; None where there is none."""
        if not self._why:
            return None
        told = [f"{key} ({why})" for key, why in sorted(self._why.items())[:_MOST_NAMED]]
        more = f" and {len(self._why) - len(told)} more" if len(self._why) > len(told) else ""
        return f"the broker does not take {', '.join(told)}{more}"


class Relay:
    """Sends what waits in an outbox, in order, and forgets it once the broker has confirmed.

    What the broker does not take stays, and delays nothing that has another routing key.
    """

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
        self._one_by_one = 0
        self.passed_over = PassedOver()
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay until told to stop."""

        async def session() -> None:
            if self._named is not None and not self._named.is_up:
                raise Unfit("waits until this process holds its name")
            async with self._broker.channel() as channel:
                publisher = await self._broker.publisher(
                    channel, exchange=self._exchange, pulse=self.pulse, gives_up=True
                )
                while not stopping.is_set():
                    self._outbox.added.clear()
                    try:
                        if not await self._send(publisher):
                            await self._more(stopping)
                    except Alarmed:
                        # no row is held, and no other connection made, while the broker takes nothing
                        await publisher.until_it_takes(stopping)
                    if publisher.is_closed:
                        raise ConnectionError("the channel was closed")

        await persist(session, name=f"relay to {self._exchange}", stopping=stopping, pulse=self.pulse)

    async def _send(self, publisher: Publisher) -> bool:
        """One round; returns whether more may wait. Raises a transient failure once the rest is removed."""
        limit = 1 if self._one_by_one else self._at_most
        async with self._outbox.waiting(limit, but=self.passed_over.now()) as wires:
            self._pass(Step.READ, wires)
            began = datetime.now(UTC)
            outcomes = list(zip(wires, await publisher.publish_each(wires), strict=True))
            # confirm before you forget: the rows go when this block has ended well
            wires[:] = [wire for wire, outcome in outcomes if outcome is None]
            self._trace(wires, began)
            self._pass(Step.PUBLISHED, wires)
        self._pass(Step.ACKNOWLEDGED, wires)
        if wires:
            # a channel alone sends nothing: here the outbox let go of what went, whatever becomes of the rest
            self.pulse.up(but=self.passed_over.words())
        self._one_by_one = max(0, self._one_by_one - 1) if outcomes else 0
        for wire in wires:
            self.passed_over.takes(wire.routing_key)
        self._learn(outcomes)
        self.pulse.up(but=self.passed_over.words())
        return len(outcomes) == limit

    def _learn(self, outcomes: Sequence[tuple[Wire, BaseException | None]]) -> None:
        """Pass over what was not taken. Raises what is not the fault of a message."""
        untaken = [(wire, failure) for wire, failure in outcomes if failure is not None]
        if len(outcomes) > 1 and any(isinstance(failure, ChannelClosed) for _, failure in untaken):
            # one of them is at fault and took the channel with it: it shows when each is sent alone
            self._one_by_one = len(outcomes)
            raise untaken[0][1]
        its_own: tuple[type[BaseException], ...] = (DeliveryError, ChannelClosed)
        if len(untaken) < len(outcomes):
            its_own += (TimeoutError,)
        for wire, failure in untaken:
            if isinstance(failure, its_own) and self.passed_over.add(wire.routing_key, why=_why(failure)):
                self._log.warning("not taken", routing_key=wire.routing_key, because=_why(failure))
        for _, failure in untaken:
            if not isinstance(failure, its_own):
                raise failure

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


def _why(failure: BaseException) -> str:
    frame = failure.frame if isinstance(failure, DeliveryError) else None
    if isinstance(frame, commands.Basic.Return):
        return f"{frame.reply_code} {frame.reply_text}"
    if frame is not None:
        return "its queue refuses"
    return "no confirm" if isinstance(failure, TimeoutError) else words(failure)
