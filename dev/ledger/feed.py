"""Reads an agency's queue as an agency would: its own account, its own code, every signature checked."""

import asyncio
import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import aio_pika
import aio_pika.exceptions
from joserfc import jws
from joserfc.jwk import KeySet
from yarl import URL

from dev.ledger.entries import Received

AWAY_SECONDS = 0.5
AWAY = (
    OSError,
    aio_pika.exceptions.AMQPError,
    aio_pika.exceptions.ChannelInvalidStateError,
    StopAsyncIteration,  # what aiormq makes of a broker that hangs up before it says anything
)


class FeedReader:
    """Collects all that arrives for one agency, across losses of the broker."""

    def __init__(
        self,
        *,
        institution: str,
        url: str,
        heard: Callable[[Received], None],
        trust: ssl.SSLContext | None = None,
        keys: KeySet | None = None,
    ) -> None:
        """Describe the feed; `url` has the queue's name in its query: `…/ketuk-agencies?queue=NAME`.

        `keys` are those of Ketuk: with them an event whose signature does not hold raises.
        """
        addresses = [URL(each) for each in url.split(",")]
        self.received: list[Received] = []
        self._institution = institution
        self._heard = heard
        self._arrived = asyncio.Event()
        self._trust = trust
        self._keys = keys
        self._queue = addresses[0].query["queue"]
        self._urls = cycle(str(address.with_query(None)) for address in addresses)

    async def until(self, count: int) -> None:
        """Return once so many have arrived in all."""
        while len(self.received) < count:
            self._arrived.clear()
            await self._arrived.wait()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            try:
                async with await aio_pika.connect(
                    next(self._urls), timeout=5, ssl_context=self._trust
                ) as connection:
                    await self._read(await connection.channel())
            except AWAY:
                await asyncio.sleep(AWAY_SECONDS)

    async def _read(self, channel: aio_pika.abc.AbstractChannel) -> None:
        await channel.set_qos(prefetch_count=100)
        queue = await channel.get_queue(self._queue, ensure=False)
        async with queue.iterator() as deliveries:
            async for delivery in deliveries:
                if self._keys is not None:
                    signature = str(delivery.headers["ketuk-signature"])
                    jws.deserialize_compact(signature, self._keys, ["ES256"], payload=delivery.body)
                entry = self._entry(json.loads(delivery.body))
                self.received.append(entry)
                self._arrived.set()
                self._heard(entry)
                await delivery.ack()

    def _entry(self, event: dict[str, Any]) -> Received:
        data = event["data"]
        return Received(
            institution=self._institution,
            event_id=event["id"],
            reader=data["reader"],
            tapped=datetime.fromisoformat(data["tapped"]),
            outcome=data["outcome"],
            reason=data["reason"],
            arrived=datetime.now(UTC),
        )
