"""What an outbox is: messages that were stored with what decided on them, and wait to be sent."""

import asyncio
from collections.abc import Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from ketuk_events.events import Wire


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """What waits in an outbox."""

    waiting: int
    oldest_seconds: float
    """For how long the oldest has waited; 0 where none does."""


class Outbox(Protocol):
    """Where messages wait, oldest first, stored in the transaction that decided on them."""

    added: asyncio.Event
    """Set whenever messages were added in this process."""

    def waiting(self, limit: int, *, but: Collection[str] = ()) -> AbstractAsyncContextManager[list[Wire]]:
        """The oldest messages, held by the block alone; a block that ends well removes them for good.

        It removes those that are in the list then: what shall stay is taken out of it. A block that raises
        removes nothing. `but`: routing keys whose messages are passed over.
        """

    async def backlog(self) -> Backlog:
        """How many wait, and for how long."""
