"""Takes the registry's events in batches into the projection."""

from collections.abc import Sequence

from chassis.batches import Arrival, Conclusion, Dead, Settled
from chassis.postgres import Pool
from ketuk_events.projection import (
    CardStatusChanged,
    GatewayApproved,
    GatewaySuspended,
    KeyPublished,
    PurposesChanged,
    SnapshotPart,
)
from verification import projection
from verification.projection import Change

OWNER = "registry"


class Changes:
    """The handler of the queue `verification.projection`."""

    def __init__(self, *, pool: Pool) -> None:
        self._pool = pool

    async def __call__(self, arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        """One transaction for the batch; only the registry's own word counts."""
        changes: list[Change] = []
        conclusions: list[Conclusion] = []
        for arrival in arrivals:
            told = _told(arrival)
            conclusions.append(told if isinstance(told, Dead) else Settled())
            changes += [] if isinstance(told, Dead) else told
        if changes:
            async with self._pool.acquire() as connection, connection.transaction():
                await projection.apply(connection, changes)
        return conclusions


def _told(arrival: Arrival) -> list[Change] | Dead:
    if arrival.user != OWNER:
        return Dead(reason="not published by the registry")
    match arrival.event.data:
        case CardStatusChanged() | GatewayApproved() | GatewaySuspended() | PurposesChanged() as change:
            return [change]
        case SnapshotPart() as part:
            return list(projection.parts_of(part))
        case KeyPublished():
            return []  # keys come with the secrets until they rotate
        case _:
            return Dead(reason=f"{arrival.event.kind.name} is not for this queue")
