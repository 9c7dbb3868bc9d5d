"""A tap as the first span of its trace."""

from datetime import UTC, datetime

from chassis.observability.tracing import Span
from ketuk_events.trace import span_of
from reader_gateway.tap.tap import Tap


def tap_span(tap: Tap, answer: str) -> Span:
    """From the card's entering to its evidence in the spool, which is now."""
    return Span(
        name="tap",
        trace=tap.id.hex,
        id=span_of("tap", tap.id),
        parent=None,
        began=tap.began,
        ended=datetime.now(UTC),
        attributes={
            "ketuk.reader": tap.asked.reader,
            "ketuk.purpose": tap.asked.purpose,
            "ketuk.answer": answer,
        },
    )
