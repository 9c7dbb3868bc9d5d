"""What a batch consumer counts."""

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

    def settled(self, queue: str, *, done: int, dead: int, seconds: float) -> None:
        """Count the messages of a batch that has been acknowledged so many seconds after it was taken."""
        self._sizes.labels(queue).observe(done + dead)
        self._seconds.labels(queue).observe(seconds)
        self._messages.labels(queue, "done").inc(done)
        self._messages.labels(queue, "dead").inc(dead)
