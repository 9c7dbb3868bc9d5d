"""What the registry shows on `/metrics`: readers by state, alarms, and how disclosures fare."""

from collections import Counter

from prometheus_client import CollectorRegistry, Gauge

from chassis.observability.metrics import OTHER
from chassis.storage.postgres import Pool
from ketuk_events.readers import READER_STATES
from registry.alarms import store as alarms
from registry.disclosure.store import disclosures
from registry.readers.store import readers


class CityFigures:
    """Gauges over the registry's tables; institutions are few, and each has an agreement."""

    def __init__(self, *, pool: Pool, region: str, registry: CollectorRegistry) -> None:
        def gauge(name: str, says: str, label: str = "institution") -> Gauge:
            return Gauge(f"ketuk_{name}", says, [label], registry=registry)

        self._pool = pool
        self._region = region
        self._waiting = gauge("disclosures_waiting", "Disclosures that wait to be sent.")
        self._oldest = gauge("disclosure_oldest_seconds", "For how long the oldest of them has.")
        self._parked = gauge("disclosures_parked", "Disclosures that the broker refused for good.")
        self._readers = gauge("fleet_readers", "Readers, as their gateways last told.", "state")

        self._alarms = gauge("alarms_unseen", "Alarms that nobody has looked into.", "kind")

    async def look(self) -> None:
        """Look all of them up."""
        async with self._pool.acquire() as connection:
            counts = await disclosures.unsettled(connection)
            told = await readers.all_readers(connection, region=self._region)
            ringing = await alarms.unseen(connection)
        for each in counts:
            self._waiting.labels(each.institution).set(each.waiting)
            self._oldest.labels(each.institution).set(each.oldest_seconds)
            self._parked.labels(each.institution).set(each.parked)
        for kind, count in ringing.items():
            self._alarms.labels(kind).set(count)
        self._readers.clear()
        for state, count in Counter(map(_state, told)).items():
            self._readers.labels(state).set(count)


def _state(reader: readers.Reader) -> str:
    if not reader.connected:
        return "gone"
    return reader.state if reader.state in READER_STATES else OTHER
