"""A run on the private stack, with the services as child processes."""

import asyncio
from collections.abc import Mapping, Sequence

from dev.demo.faults import Faults
from dev.demo.run import Run, Say
from dev.demo.services import COUNTERS, Services
from dev.demo.site import Site
from dev.ledger.account import Account
from dev.stack.secret_files import AGENCIES
from dev.stack.stack import Stack


class PrivateRun:
    """See `Run` for the arguments; the stack has been started, the services have not."""

    def __init__(
        self,
        *,
        stack: Stack,
        seed: int,
        taps: int | None,
        kill: Sequence[str],
        say: Say,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.stack = stack
        self.services = Services(stack=stack, more=more)
        found = stack.environment()
        self._say = say
        self.taps = Run(
            site=Site(
                registry=self.services.url("registry"),
                feeds={
                    agency: found[f"AMQP_AGENCY_{agency.replace('-', '_').upper()}_URL"]
                    for agency in AGENCIES
                },
                vpcd_ports=stack.vpcd_ports,
                secrets=stack.secrets,
            ),
            seed=seed,
            taps=taps,
            kill=kill,
            faults=Faults(stack=stack, services=self.services),
            say=say,
        )

    async def go(self) -> Account:
        """Start the services, run, and settle the ledger."""
        await asyncio.to_thread(self.services.start)
        await asyncio.to_thread(self.services.until_all_ready)
        for counter in COUNTERS:
            address = self.services.url(f"gateway-{counter.gateway}")
            self._say(f"Counter page of {counter.gateway}: {address}/")
        return await self.taps.go()
