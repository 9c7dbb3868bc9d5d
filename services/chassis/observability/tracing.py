"""Traces, sent by OTLP where an endpoint is set; off by default, and then nothing of it is loaded."""

import importlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from ketuk_events.trace import parse


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A piece of work in a tap's trace; nothing personal in it."""

    name: str
    trace: str
    id: str
    parent: str | None
    began: datetime
    ended: datetime
    attributes: dict[str, str]


class Tracer(Protocol):
    """Takes spans that have ended."""

    def take(self, span: Span) -> None:
        """Send a span, some time, without waiting for it."""

    def close(self) -> None:
        """Send what was taken; blocks for a few seconds at most."""


def tracer(endpoint: str | None, *, service: str, ca_file: Path | None = None) -> Tracer | None:
    """A tracer that sends to an OTLP/HTTP endpoint such as `https://collector:4318`; None without one.

    `ca_file`: PEM; whoever signs the collector's certificate. Without it the machine's own list counts.
    """
    if endpoint is None:
        return None
    # the exporter and what it needs take memory that nobody should pay for who does not trace
    otlp = importlib.import_module("chassis.observability.otlp")
    made: Tracer = otlp.OtlpTracer(endpoint=endpoint, service=service, ca_file=ca_file)
    return made


def following(header: str | None, *, name: str, span: str, began: datetime, **attributes: str) -> Span | None:
    """The span of work that follows from a message with this `traceparent` and ends now."""
    parsed = parse(header)
    if parsed is None:
        return None
    trace, parent = parsed
    return Span(
        name=name,
        trace=trace,
        id=span,
        parent=parent,
        began=began,
        ended=datetime.now(UTC),
        attributes=attributes,
    )
