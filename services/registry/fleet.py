"""What the registry does with what gateways tell of their readers."""

from collections.abc import Sequence

from chassis.batches import Arrival, Conclusion, Dead, Settled
from chassis.postgres import Pool
from ketuk_events.readers import GatewayBeat, ReaderConnected, ReaderDisconnected
from registry.store import readers

Told = ReaderConnected | ReaderDisconnected | GatewayBeat


class Fleet:
    """Handles the queue `registry.fleet`: a batch is one transaction."""

    def __init__(self, *, pool: Pool) -> None:
        self._pool = pool

    async def __call__(self, arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        """See `chassis.batches.Handle`."""
        read = [_read(arrival) for arrival in arrivals]
        told = [each for each in read if not isinstance(each, Dead)]
        async with self._pool.acquire() as connection, connection.transaction():
            for region, gateway in sorted({(each.region, each.gateway) for each in told}):
                await readers.lock(connection, region=region, gateway=gateway)
            for each in told:
                if isinstance(each, GatewayBeat):
                    await readers.beat(connection, each)
                else:
                    await readers.came_or_went(connection, each)
        return [each if isinstance(each, Dead) else Settled() for each in read]


def _read(arrival: Arrival) -> Told | Dead:
    told = arrival.event.data
    if not isinstance(told, Told):
        return Dead(reason="not about a reader")
    if arrival.user != f"{told.region}.{told.gateway}":
        return Dead(reason="told in another gateway's name")
    return told
