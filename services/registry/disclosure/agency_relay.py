"""Tells one institution what waits for it, over a connection of its own."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from aio_pika.exceptions import DeliveryError, PublishError
from pamqp import commands

from chassis.messaging.broker import Broker
from chassis.messaging.publisher import Alarmed, Publisher
from chassis.observability.tracing import Tracer, following
from chassis.runtime.checkpoints import AtStep, Step, unobserved
from chassis.runtime.health import Pulse
from chassis.runtime.process import pause
from chassis.runtime.retry import persist
from chassis.storage.postgres import Pool
from chassis.topology.definitions import AGENCIES
from ketuk_events.events import Wire
from ketuk_events.trace import span_of
from registry.disclosure.store import disclosures
from registry.kit.wait_any import first_of

_IDLE_SECONDS = 60.0
_REFUSED_SECONDS = 1.0
REFUSES = "its queue refuses"


class AgencyRelay:
    """Publishes an institution's disclosures and marks them as sent once the broker has confirmed.

    One that is refused for good is parked with the reason, and the rest goes on. Whatever this relay waits
    for, no other institution waits with it.
    """

    def __init__(
        self,
        *,
        institution: str,
        broker: Broker,
        pool: Pool,
        at_most: int = 100,
        traces: Tracer | None = None,
        at_step: AtStep = unobserved,
    ) -> None:
        self.institution = institution
        self._broker = broker
        self._pool = pool
        self._at_most = at_most
        self._traces = traces
        self._at_step = at_step
        self._log = structlog.get_logger(part="agency relay", institution=institution)
        self.waiting = asyncio.Event()
        """Set it when something waits."""
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay until told to stop."""

        async def session() -> None:
            async with self._broker.channel() as channel:
                publisher = await self._broker.publisher(
                    channel, exchange=AGENCIES, stamped=False, pulse=self.pulse, gives_up=True
                )
                while not stopping.is_set():
                    self.waiting.clear()
                    try:
                        if await self._tell(publisher) < self._at_most:
                            await first_of(self.waiting, stopping, seconds=_IDLE_SECONDS)
                    except Alarmed:
                        # no row is held, and no other connection made, while the broker takes nothing
                        await publisher.until_it_takes(stopping)
                    except DeliveryError:
                        # a matter of this one queue: a new channel, at which others look, mends nothing
                        self._refused()
                        await pause(_REFUSED_SECONDS, stopping=stopping)
                    if channel.is_closed:
                        raise ConnectionError("the channel was closed")

        try:
            await persist(session, name=f"relay to {self.institution}", stopping=stopping, pulse=self.pulse)
        finally:
            self.pulse.down("it has ended")

    async def _tell(self, publisher: Publisher) -> int:
        """One round; returns how many were waiting.

        Raises a transient failure, Alarmed, or DeliveryError where the queue refuses: once the rest is
        marked.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            began = datetime.now(UTC)
            waiting = await disclosures.waiting(connection, self.institution, limit=self._at_most)
            wires = [wire for wire, _ in waiting]
            self._pass(Step.READ, wires)
            outcomes = list(zip(wires, await publisher.publish_each(wires), strict=True))
            self._pass(Step.PUBLISHED, wires)
            confirmed = [wire.message_id for wire, outcome in outcomes if outcome is None]
            await disclosures.sent(connection, confirmed)
            self._trace([each for each in waiting if each[0].message_id in confirmed], began)
            for wire, outcome in outcomes:
                if isinstance(outcome, PublishError):
                    reason = _reason(outcome)
                    self._log.warning("parked", event_id=wire.message_id, because=reason)
                    await disclosures.park(connection, wire.message_id, reason=reason)
        self._pass(Step.ACKNOWLEDGED, wires)
        failed = [
            outcome
            for _, outcome in outcomes
            if outcome is not None and not isinstance(outcome, PublishError)
        ]
        if not failed:
            self.pulse.up()
        elif confirmed:
            self.pulse.up(but=self.pulse.but)
        # what ails the broker goes before what ails one queue
        for failure in sorted(failed, key=lambda each: isinstance(each, DeliveryError)):
            raise failure
        return len(wires)

    def _refused(self) -> None:
        if self.pulse.but is None:
            self._log.warning("not taken", because=REFUSES)
        self.pulse.up(but=REFUSES)

    def _pass(self, step: Step, wires: Sequence[Wire]) -> None:
        if wires:
            self._at_step(AGENCIES, step)

    def _trace(self, told: Sequence[tuple[Wire, str | None]], began: datetime) -> None:
        if self._traces is None:
            return
        for wire, header in told:
            span = following(
                header,
                name="disclose",
                span=span_of("disclose", wire.message_id),
                began=began,
                **{"ketuk.institution": self.institution},
            )
            if span is not None:
                self._traces.take(span)


def _reason(refused: PublishError) -> str:
    frame = refused.frame
    if isinstance(frame, commands.Basic.Return):
        return f"{frame.reply_code} {frame.reply_text}"
    return type(refused).__name__
