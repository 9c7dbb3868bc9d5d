"""The registry's own round: every hour months of taps are made, and what is past its time is removed.

One process after another does it.
"""

import asyncio

import structlog

from chassis.runtime.health import Pulse
from chassis.runtime.process import pause
from chassis.runtime.retry import persist
from chassis.storage.postgres import BUSY
from registry.audit.events import AuditEvent
from registry.audit.request_context import Act, doing
from registry.audit.unit_of_work import Office
from registry.chip_health.store import months as chip_months
from registry.privacy.commands import keep_no_longer
from registry.privacy.retention import RETENTION
from registry.privacy.store import retention

_BUSY_SECONDS = 5.0


class Forgetting:
    """Goes round again and again; any number of processes may."""

    def __init__(self, *, office: Office, every_seconds: float = 3600.0) -> None:
        self._office = office
        self._every_seconds = every_seconds
        self._log = structlog.get_logger(part="retention")
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Go round until told to stop."""

        async def rounds() -> None:
            while not stopping.is_set():
                if not await self._make_months():
                    self.pulse.up()
                    await pause(_BUSY_SECONDS, stopping=stopping)
                    continue
                while await self._is_due() and await self._remove():
                    if stopping.is_set():
                        return
                self.pulse.up()
                await pause(self._every_seconds, stopping=stopping)

        await persist(rounds, name="retention", stopping=stopping, pulse=self.pulse)

    async def _make_months(self) -> bool:
        try:
            async with self._office.pool.acquire() as connection:
                await chip_months.make(connection)
        except BUSY as busy:
            self._log.info("tries again", because=type(busy).__name__)
            return False
        return True

    async def _is_due(self) -> bool:
        async with self._office.pool.acquire() as connection:
            return any([await retention.due(connection, kept) for kept in RETENTION])

    async def _remove(self) -> bool:
        """Remove a part; whether there was any that no other process had in hand."""
        acting = doing.set(Act(actor="registry", origin="", event=AuditEvent.KEPT_NO_LONGER))
        try:
            removed = await keep_no_longer(self._office)
        finally:
            doing.reset(acting)
        self._log.info("removed", **{kind.replace(" ", "_"): count for kind, count in removed.items()})
        return any(removed.values())
