"""What one tap costs: measured, in the units in which the page computes."""

from msgspec import Struct


class Round(Struct, frozen=True, kw_only=True):
    """One round of taps through verification and registry, with one agency to be told."""

    taps: int
    seconds: float
    cpu: dict[str, float]
    """CPU seconds beyond those at rest, by part: verification, registry, broker, database."""
    database_bytes: int
    """By which both databases grew."""


class Cost(Struct, frozen=True, kw_only=True):
    """All that was measured, and where."""

    environment: dict[str, str]
    rounds: tuple[Round, ...]
    card_read_bytes: int
    tap_judged_bytes: int
    disclosure_bytes: int
    one_queue_per_second: float
    """Confirmed `card.read` that one quorum queue takes, published 200 at a time."""
    connection_bytes: int
    """Of the broker's memory, for a connection with a channel."""
    reply_queue_bytes: int
    """Of the broker's memory, for a gateway's classic queue."""
