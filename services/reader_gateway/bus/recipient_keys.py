"""The keys for which this gateway seals: told on the bus, and kept in the spool for a start without it."""

import structlog

from chassis.crypto.key_ring import Recipients
from ketuk_events.projection import KeyPublished
from reader_gateway.bus.spool import Spool

OWNER = "verification"
"""Whose keys they are."""


class RecipientKeys:
    """Takes in what the registry says of verification's keys."""

    def __init__(self, *, recipients: Recipients, spool: Spool) -> None:
        self._recipients = recipients
        self._spool = spool
        self._log = structlog.get_logger(part="keys")

    async def recall(self) -> None:
        """Know what was known before the last stop."""
        for told in await self._spool.keys():
            self._learn(told)

    async def heard(self, told: KeyPublished) -> None:
        """A key was published or withdrawn; one that the root did not sign changes nothing."""
        if self._learn(told):
            await self._spool.keep_key(told)

    def _learn(self, told: KeyPublished) -> bool:
        news = self._recipients.learn(told)
        if news:
            self._log.info("knows a key", key=told.key_id, withdrawn=told.withdrawn, version=told.version)
        return news
