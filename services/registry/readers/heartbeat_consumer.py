"""What the registry does with what gateways tell of their readers."""

from collections.abc import Sequence

from chassis.messaging.batch_consumer import Arrival, Conclusion, Dead, Settled
from chassis.storage.postgres import Connection
from ketuk_events.readers import GatewayBeat, ReaderConnected, ReaderDisconnected
from registry.audit.unit_of_work import Office
from registry.gateways import store as stored
from registry.readers.store import readers
from registry.readers.tracking import Following

Told = ReaderConnected | ReaderDisconnected | GatewayBeat


class Fleet:
    """Handles the queue `registry.fleet`: a batch is one transaction."""

    def __init__(self, *, office: Office, following: Following) -> None:
        self._office = office
        self._following = following

    async def __call__(self, arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        """See `message_handler.Handle`."""
        read: Sequence[Told | Dead] = [_read(arrival) for arrival in arrivals]
        async with self._office.deciding() as connection:
            read = await self._heard(connection, read)
            told = [each for each in read if not isinstance(each, Dead)]
            gateways = sorted({(each.region, each.gateway) for each in told})
            for region, gateway in gateways:
                await readers.lock(connection, region=region, gateway=gateway)
            for each in told:
                if isinstance(each, GatewayBeat):
                    await readers.beat(connection, each)
                else:
                    await readers.came_or_went(connection, each)
            ours = [gateway for region, gateway in gateways if region == self._office.region]
            await self._following.follow(connection, ours)
        return [each if isinstance(each, Dead) else Settled() for each in read]

    async def _heard(self, connection: Connection, read: Sequence[Told | Dead]) -> list[Told | Dead]:
        """The same, but what a revoked gateway tells is dead: its computer is somebody else's."""
        region = self._office.region
        names = sorted(
            {each.gateway for each in read if not isinstance(each, Dead) and each.region == region}
        )
        found = await stored.named(connection, names, region=region)
        revoked = {name for name, gateway in found.items() if gateway.state == "revoked"}
        return [
            Dead(reason="told by a gateway that was revoked")
            if not isinstance(each, Dead) and each.region == region and each.gateway in revoked
            else each
            for each in read
        ]


def _read(arrival: Arrival) -> Told | Dead:
    told = arrival.event.data
    if not isinstance(told, Told):
        return Dead(reason="not about a reader", keep_body=False)
    if arrival.user != f"{told.region}.{told.gateway}":
        return Dead(reason="told in another gateway's name", keep_body=False)
    return told
