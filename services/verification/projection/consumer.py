"""Takes the registry's events in batches into the projection."""

from collections.abc import Callable, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram

from chassis.messaging.batch_consumer import Arrival, Conclusion, Dead, Settled
from chassis.storage.postgres import Pool
from ketuk_events.names import from_timestamp
from ketuk_events.projection import (
    CardStatusChanged,
    GatewayApproved,
    GatewaySuspended,
    KeyPublished,
    PurposesChanged,
    SnapshotPart,
)
from verification.projection import store as projection
from verification.projection import store as whole
from verification.projection.store import Change

OWNER = "registry"


class Changes:
    """The handler of the queue `verification.projection`."""

    def __init__(self, *, pool: Pool, clock: Callable[[], datetime], metrics: CollectorRegistry) -> None:
        self._pool = pool
        self._clock = clock
        self._lag = Histogram(
            "ketuk_projection_lag_seconds",
            "From a change in the registry until verification judges by it.",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300),
            registry=metrics,
        )

    async def __call__(self, arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        """One transaction for the batch; only the registry's own word counts."""
        changes: list[Change] = []
        conclusions: list[Conclusion] = []
        for arrival in arrivals:
            told = _told(arrival)
            conclusions.append(told if isinstance(told, Dead) else Settled())
            changes += [] if isinstance(told, Dead) else told
        parts = [
            arrival.event.data
            for arrival in arrivals
            if isinstance(arrival.event.data, SnapshotPart) and arrival.user == OWNER
        ]
        if changes or parts:
            async with self._pool.acquire() as connection, connection.transaction():
                await projection.apply(connection, changes)
                for part in parts:
                    await whole.arrived(connection, part)
        self._observe(arrivals)
        return conclusions

    def _observe(self, arrivals: Sequence[Arrival]) -> None:
        now = self._clock()
        for arrival in arrivals:
            if not isinstance(arrival.event.data, SnapshotPart):
                self._lag.observe(max(0.0, (now - from_timestamp(arrival.event.time)).total_seconds()))


def _told(arrival: Arrival) -> list[Change] | Dead:
    if arrival.user != OWNER:
        return Dead(reason="not published by the registry", keep_body=False)
    match arrival.event.data:
        case (
            CardStatusChanged() | GatewayApproved() | GatewaySuspended() | KeyPublished() | PurposesChanged()
        ) as change:
            return [change]
        case SnapshotPart() as part:
            return list(projection.parts_of(part))
        case _:
            return Dead(reason=f"{arrival.event.kind.name} is not for this queue", keep_body=False)
