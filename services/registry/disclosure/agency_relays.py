"""A relay for each institution for whom something waits."""

import asyncio

import structlog

from chassis.messaging.broker import Broker
from chassis.messaging.relay import LOOK_AGAIN_SECONDS
from chassis.observability.tracing import Tracer
from chassis.runtime.checkpoints import AtStep, unobserved
from chassis.runtime.health import Degraded, Pulse, Sick
from chassis.runtime.retry import persist
from chassis.storage.postgres import Pool
from registry.disclosure.agency_relay import AgencyRelay
from registry.disclosure.store import disclosures
from registry.kit.wait_any import first_of

_MOST_NAMED = 5


class AgencyRelays:
    """Looks who waits, at once when `added` is set and every second for what other processes added.

    Args:
        broker: the agencies' virtual host.
        pool: connections to the registry's database for the relays alone: a relay holds one while it waits
            for its confirms, and that must be nobody else's wait.
    """

    def __init__(
        self, *, broker: Broker, pool: Pool, traces: Tracer | None = None, at_step: AtStep = unobserved
    ) -> None:
        self._broker = broker
        self._pool = pool
        self._traces = traces
        self._at_step = at_step
        self._relays: dict[str, AgencyRelay] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._log = structlog.get_logger(part="agency relays")
        self.added = asyncio.Event()
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay until told to stop."""

        async def look() -> None:
            while not stopping.is_set():
                self.added.clear()
                async with self._pool.acquire() as connection:
                    waiting = await disclosures.institutions_waiting(connection)
                self.pulse.up()
                for institution in waiting:
                    self._relay_to(institution, stopping=stopping).waiting.set()
                await first_of(self.added, stopping, seconds=LOOK_AGAIN_SECONDS)

        try:
            await persist(look, name="agency relays", stopping=stopping, pulse=self.pulse)
        except BaseException:
            for task in self._tasks.values():
                task.cancel()
            raise
        finally:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _relay_to(self, institution: str, *, stopping: asyncio.Event) -> AgencyRelay:
        """The one that is at work; where it has ended another is made, for nobody else tells this one."""
        task = self._tasks.get(institution)
        if task is None or task.done():
            if task is not None:
                failure = None if task.cancelled() else task.exception()
                self._log.error("ended", institution=institution, because=type(failure).__name__)
            relay = AgencyRelay(
                institution=institution,
                broker=self._broker,
                pool=self._pool,
                traces=self._traces,
                at_step=self._at_step,
            )
            self._relays[institution] = relay
            self._tasks[institution] = asyncio.create_task(relay.run(stopping))
        return self._relays[institution]

    async def ping(self) -> None:
        """Raise Sick where the database is away, or no institution is told.

        Raises Degraded where some are not; it says which, and why.
        """
        await self.pulse.ping()
        away = {name: relay.pulse.why for name, relay in self._relays.items() if not relay.pulse.is_up}
        untold = away | {name: relay.pulse.but for name, relay in self._relays.items() if relay.pulse.but}
        if not untold:
            return
        told = [f"{name} ({why})" for name, why in sorted(untold.items())[:_MOST_NAMED]]
        names = ", ".join(told) + (f" and {len(untold) - len(told)} more" if len(untold) > len(told) else "")
        # one queue that refuses, where there are no others, says nothing of the broker
        if len(untold) == len(self._relays) and (away or len(untold) > 1):
            raise Sick(f"no agency can be told: {names}")
        raise Degraded(f"not told: {names}")
