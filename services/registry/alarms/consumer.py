"""What the registry does with alarms: keeps each once, for somebody to look into."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from chassis.messaging.batch_consumer import Arrival, Conclusion, Dead, Settled
from chassis.storage.postgres import Pool
from ketuk_events.alarms import AlarmRaised
from ketuk_events.catalogue import VERIFICATION
from ketuk_events.names import from_timestamp
from registry.alarms import store as alarms
from registry.alarms.store import Raised


class Alarms:
    """Handles the queue `registry.alarms`: a batch is one transaction."""

    def __init__(self, *, pool: Pool) -> None:
        self._pool = pool
        self._log = structlog.get_logger(part="alarms")

    async def __call__(self, arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        """See `message_handler.Handle`."""
        read = [_read(arrival) for arrival in arrivals]
        raised = [each for each in read if isinstance(each, Raised)]
        async with self._pool.acquire() as connection, connection.transaction():
            await alarms.add(connection, raised)
        for each in raised:
            self._log.error(
                "alarm", kind=each.kind, tap=str(each.tap), gateway=each.gateway, reader=each.reader
            )
        return [each if isinstance(each, Dead) else Settled() for each in read]


def _read(arrival: Arrival) -> Raised | Dead:
    told = arrival.event.data
    if not isinstance(told, AlarmRaised):
        return Dead(reason="not an alarm", keep_body=False)
    if arrival.user != VERIFICATION:
        return Dead(reason="an alarm that verification did not raise", keep_body=False)
    return Raised(
        alarm=arrival.event.id,
        kind=told.alarm,
        raised=from_timestamp(arrival.event.time),
        tap=UUID(told.tap),
        region=told.region,
        gateway=told.gateway,
        reader=told.reader,
        place=told.place,
        institution=told.institution,
        card_ref=told.card_ref,
    )
