"""Put into the audit log what was refused to who has not signed in: many requests in a few entries."""

from collections.abc import Sequence
from itertools import groupby

from registry.audit import refused_requests_store as refused_requests
from registry.audit import store as audit
from registry.audit.refused_requests_store import RefusedRequests
from registry.audit.unit_of_work import Office

_MOST_ENTRIES = 20
"""For those that are most frequent, each with a name and an address; all others are one of each event."""


async def record_refused(office: Office) -> int:
    """Record what was counted since the last time; returns how many kinds of request that was."""
    async with office.pool.acquire() as connection:
        if not await refused_requests.waits(connection):
            return 0
        async with connection.transaction():
            counted = await refused_requests.take(connection)
            if counted:
                await audit.add(connection, entries(counted))
    return len(counted)


def entries(counted: Sequence[RefusedRequests]) -> list[audit.Happened]:
    """An entry for each of the first, and one of each event for all others."""
    alone, others = counted[:_MOST_ENTRIES], counted[_MOST_ENTRIES:]
    by_event = groupby(sorted(others, key=lambda each: each.event), key=lambda each: each.event)
    return [
        *(
            _entry([each], whose=each.whose or None, origin=each.origin, said=f"{each.because}: ")
            for each in alone
        ),
        *(_entry(list(group), whose=None, origin="", said="") for _, group in by_event),
    ]


def _entry(
    counted: Sequence[RefusedRequests], *, whose: str | None, origin: str, said: str
) -> audit.Happened:
    times, since = sum(each.times for each in counted), min(each.first for each in counted)
    because = f"{said}{times} times since {since:%Y-%m-%dT%H:%M:%SZ}"
    if len(counted) > 1:
        names, origins = ({each.whose for each in counted}, {each.origin for each in counted})
        because += f"; {len(names)} names, {len(origins)} addresses"
    return audit.Happened(
        event=counted[0].event,
        actor="nobody",
        outcome="refused",
        whose=whose,
        origin=origin,
        because=because,
    )
