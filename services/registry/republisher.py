"""Tells the keys to seal for again and again: a gateway that was away for long has lost its queue.

And it tells whose cards are, where an earlier version noted that and told nobody.
"""

import asyncio
from datetime import UTC, datetime

from chassis.runtime.health import Pulse
from chassis.runtime.retry import repeat
from ketuk_events.catalogue import KEY_PUBLISHED
from ketuk_events.names import to_timestamp
from registry.audit.unit_of_work import Office
from registry.cards.commands import tell_holders
from registry.keys import store as keys

AGAIN_SECONDS = 300.0


class Retelling:
    """Says what stands, so that whoever missed it knows it within minutes; to all others it is no news."""

    def __init__(self, *, office: Office) -> None:
        self._office = office
        self.pulse = Pulse()

    async def run(self, stopping: asyncio.Event) -> None:
        """Tell until told to stop."""
        await repeat(
            self._tell,
            every_seconds=AGAIN_SECONDS,
            name="retelling",
            stopping=stopping,
            pulse=self.pulse,
        )

    async def _tell(self) -> None:
        await self._tell_keys()
        while await tell_holders(self._office):
            pass

    async def _tell_keys(self) -> None:
        now = to_timestamp(datetime.now(UTC))
        async with self._office.deciding() as connection:
            for key in await keys.all_keys(connection):
                if key.use == "seal" and now < key.valid_until:
                    await self._office.announce(connection, KEY_PUBLISHED, key, owner=key.owner)
