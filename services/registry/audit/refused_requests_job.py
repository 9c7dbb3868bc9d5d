"""The registry's own round: each minute what was refused to strangers comes into the audit log."""

import asyncio

from chassis.runtime.health import Pulse
from chassis.runtime.retry import repeat
from registry.audit.record_refused import record_refused
from registry.audit.unit_of_work import Office


class Refusing:
    """Goes round again and again; any number of processes may."""

    def __init__(self, *, office: Office, every_seconds: float = 60.0) -> None:
        self._office = office
        self._every_seconds = every_seconds
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Go round until told to stop."""
        await repeat(
            self._record,
            every_seconds=self._every_seconds,
            name="refused requests",
            stopping=stopping,
            pulse=self.pulse,
        )

    async def _record(self) -> None:
        while await record_refused(self._office):
            pass
