"""What a gateway shows on `/metrics`: taps by what answered, readers by state, the card daemon."""

from collections import Counter as Tally
from collections.abc import Awaitable, Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge

from ketuk_events.readers import ReaderState


class CounterFigures:
    """The figures of one counter."""

    def __init__(self, *, registry: CollectorRegistry) -> None:
        self._taps = Counter("ketuk_taps", "Taps, by what answered.", ["answer"], registry=registry)
        self._readers = Gauge(
            "ketuk_readers", "Readers of this gateway, by state.", ["state"], registry=registry
        )
        self._registry = registry

    def tapped(self, answer: str) -> None:
        """Count a tap whose evidence is in the spool."""
        self._taps.labels(answer).inc()

    def looking_at(
        self, *, readers: Callable[[], Sequence[ReaderState]], pcscd: Callable[[], bool] | None
    ) -> Callable[[], Awaitable[None]]:
        """A look for `Figures.look_up`; `pcscd` is None where no reader needs the card daemon."""
        if pcscd is not None:
            connected = Gauge(
                "ketuk_pcscd_connected", "Whether the card daemon is reached.", registry=self._registry
            )
            connected.set_function(pcscd)

        async def look() -> None:
            self._readers.clear()
            for state, count in Tally(reader.state for reader in readers()).items():
                self._readers.labels(state).set(count)

        return look
