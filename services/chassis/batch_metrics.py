"""What a batch consumer counts."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram

_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class BatchMetrics:
    """Counters by queue; the queues of a service are few and fixed."""

    def __init__(self, *, registry: CollectorRegistry) -> None:
        self._messages = Counter(
            "ketuk_messages",
            "Messages taken from a queue, by how they ended.",
            ["queue", "end"],
            registry=registry,
        )
        self._sizes = Histogram(
            "ketuk_batch_messages", "Messages in a batch.", ["queue"], registry=registry, buckets=_SIZES
        )
        self._seconds = Histogram(
            "ketuk_batch_seconds", "From taking a batch to its acknowledgement.", ["queue"], registry=registry
        )

    @contextmanager
    def handling(self, queue: str, *, size: int) -> Iterator[None]:
        """Time the handling of one batch."""
        self._sizes.labels(queue).observe(size)
        began = time.perf_counter()
        yield
        self._seconds.labels(queue).observe(time.perf_counter() - began)

    def settled(self, queue: str, *, done: int, dead: int) -> None:
        """Count the messages of a batch that has been acknowledged."""
        self._messages.labels(queue, "done").inc(done)
        self._messages.labels(queue, "dead").inc(dead)
