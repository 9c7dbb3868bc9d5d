"""A relay for each institution for whom something waits."""

import asyncio

from chassis.broker import Broker
from chassis.health import Pulse, Sick
from chassis.outbox import LOOK_AGAIN_SECONDS
from chassis.patience import persist
from chassis.postgres import Pool
from chassis.steps import AtStep, unobserved
from chassis.tracing import Tracer
from registry.agency_relay import AgencyRelay
from registry.store import disclosures
from registry.waking import first_of


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
        self.added = asyncio.Event()
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay until told to stop."""
        async with asyncio.TaskGroup() as tasks:

            async def look() -> None:
                while not stopping.is_set():
                    self.added.clear()
                    async with self._pool.acquire() as connection:
                        waiting = await disclosures.institutions_waiting(connection)
                    self.pulse.up()
                    for institution in waiting:
                        if institution not in self._relays:
                            self._relays[institution] = relay = AgencyRelay(
                                institution=institution,
                                broker=self._broker,
                                pool=self._pool,
                                traces=self._traces,
                                at_step=self._at_step,
                            )
                            tasks.create_task(relay.run(stopping))
                        self._relays[institution].waiting.set()
                    await first_of(self.added, stopping, seconds=LOOK_AGAIN_SECONDS)

            await persist(look, name="agency relays", stopping=stopping, pulse=self.pulse)

    async def ping(self) -> None:
        """Raise Sick where the database, or the way to every institution, is away."""
        await self.pulse.ping()
        if self._relays and not any(relay.pulse.is_up for relay in self._relays.values()):
            raise Sick("no agency can be reached")
