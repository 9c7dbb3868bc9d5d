"""Answers a verification service whose database is fresh with all that it keeps a copy of."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from uuid import UUID

import msgspec
from msgspec import structs

from chassis.messaging.batch_consumer import Arrival, Conclusion, Dead, Settled
from chassis.storage.postgres import Pool
from ketuk_events.catalogue import SNAPSHOT_PART, VERIFICATION
from ketuk_events.events import Wire, event, to_wire
from ketuk_events.names import following_id
from ketuk_events.projection import CardStatusChanged, SnapshotPart, SnapshotRequested
from registry.cards import store as cards
from registry.gateways import store as gateways
from registry.gateways.events import approved, suspended
from registry.gateways.gateway import Gateway
from registry.keys import store as keys
from registry.purposes import store as purposes
from registry.purposes.events import purposes_changed

CARDS_IN_A_PART, GATEWAYS_IN_A_PART = 1_000, 150
"""Of either a message holds so many, be their fields as long as the contract lets them."""


class Snapshots:
    """Handles the queue `registry.snapshots`."""

    def __init__(self, *, pool: Pool, region: str, card_ref_key: bytes) -> None:
        self._pool = pool
        self._card_ref_key = card_ref_key
        self._region = region

    async def __call__(self, arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        """See `message_handler.Handle`."""
        return [await self._answer(arrival) for arrival in arrivals]

    async def _answer(self, arrival: Arrival) -> Conclusion:
        request = arrival.event.data
        if not isinstance(request, SnapshotRequested):
            return Dead(reason="not a request for a snapshot", keep_body=False)
        if arrival.user != VERIFICATION:
            return Dead(reason="a request that verification did not make", keep_body=False)
        parts = await self._parts()
        # asked again the answer may be another one by now, and parts of two answers do not make a whole
        answer = following_id(arrival.event.id, sha256(msgspec.json.encode(parts)).hexdigest())
        return Settled(
            follows=tuple(
                self._wire(
                    structs.replace(part, asked=str(arrival.event.id), answer=str(answer)),
                    event_id=following_id(answer, f"part/{part.part}"),
                    owner=request.asked_by,
                )
                for part in parts
            )
        )

    async def _parts(self) -> list[SnapshotPart]:
        async with (
            self._pool.acquire() as connection,
            # all parts show one moment
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            known = await gateways.all_gateways(connection, region=self._region)
            published = tuple(await keys.all_keys(connection))
            rules = await purposes.newest(connection)
            chunks: list[tuple[CardStatusChanged, ...]] = [
                chunk
                async for chunk in cards.all_cards(
                    connection, chunk=CARDS_IN_A_PART, holder_key=self._card_ref_key
                )
            ]
        contents = [
            _part(keys=published, purposes=None if rules is None else purposes_changed(rules)),
            *(
                self._told(known[first : first + GATEWAYS_IN_A_PART])
                for first in range(0, len(known), GATEWAYS_IN_A_PART)
            ),
            *(_part(cards=chunk) for chunk in chunks),
        ]
        return [
            structs.replace(each, part=number, parts=len(contents))
            for number, each in enumerate(contents, start=1)
        ]

    def _told(self, known: Sequence[Gateway]) -> SnapshotPart:
        return _part(
            approved=tuple(
                approved(gateway, region=self._region) for gateway in known if gateway.state == "approved"
            ),
            suspended=tuple(
                suspended(gateway, region=self._region)
                for gateway in known
                if gateway.state in ("suspended", "revoked")
            ),
        )

    def _wire(self, part: SnapshotPart, *, event_id: UUID, owner: str) -> Wire:
        return to_wire(
            event(
                SNAPSHOT_PART,
                part,
                event_id=event_id,
                region=self._region,
                source="registry",
                owner=owner,
                time=datetime.now(UTC),
            )
        )


_part = partial(SnapshotPart, part=1, parts=1)
"""A part that is not numbered yet."""
