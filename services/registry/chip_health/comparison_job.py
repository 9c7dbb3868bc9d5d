"""Compares readers with each other every hour, and keeps what was found for the reports."""

import asyncio
from datetime import timedelta

import structlog

from chassis.runtime.health import Pulse
from chassis.runtime.retry import repeat
from registry.audit.unit_of_work import Office
from registry.chip_health.report import lines
from registry.chip_health.store import counting as chip_counting
from registry.chip_health.store import counts as chip_counts
from registry.chip_health.store import reader_findings
from registry.kit.date_ranges import spans
from registry.kit.local_dates import today

EVERY = timedelta(hours=1)
OVER_DAYS = 30


class Comparing:
    """Goes through the taps of the last thirty days, so that no report has to; one process at a time."""

    def __init__(self, *, office: Office, look_seconds: float = 60.0) -> None:
        self._office = office
        self._look_seconds = look_seconds
        self._log = structlog.get_logger(part="comparing")
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Compare until told to stop."""
        await repeat(
            self._compare,
            every_seconds=self._look_seconds,
            name="comparing",
            stopping=stopping,
            pulse=self.pulse,
        )

    async def _compare(self) -> None:
        day = today()
        within = spans(day - timedelta(days=OVER_DAYS - 1), day)
        async with self._office.pool.acquire() as connection:
            await chip_counting.add_up(connection)
        async with self._office.pool.acquire() as connection, connection.transaction():
            if not await reader_findings.take_turn(connection, every=EVERY):
                return
            counts = await chip_counts.counts(connection, within)
            trials = await chip_counts.trials(connection, within)
            found = {
                each.name: each.reader
                for each in lines(counts, "reader", trials=trials)
                if each.reader is not None
            }
            await reader_findings.save(connection, found, day=day)
        failing = sorted(name for name, each in found.items() if each.code == "fails-good-cards")
        self._log.info("compared", readers=len(found), failing=failing)
