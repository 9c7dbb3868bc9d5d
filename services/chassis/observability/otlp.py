"""Sends spans by OTLP over HTTP, with OpenTelemetry's exporter. Imported by `tracing` when it is wanted."""

from datetime import datetime
from pathlib import Path

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, TraceFlags

from chassis.observability.tracing import Span

_SAMPLED = TraceFlags(TraceFlags.SAMPLED)


class OtlpTracer:
    """See `chassis.observability.tracing.Tracer`. A collector that is away costs spans, never taps."""

    def __init__(self, *, endpoint: str, service: str, ca_file: Path | None = None) -> None:
        self._resource = Resource.create({"service.name": f"ketuk-{service}"})
        exporter = OTLPSpanExporter(
            endpoint=f"{endpoint.rstrip('/')}/v1/traces",
            timeout=5,
            certificate_file=None if ca_file is None else str(ca_file),
        )
        self._processor = BatchSpanProcessor(exporter, schedule_delay_millis=1000)

    def take(self, span: Span) -> None:
        """Queue a span; dropped where too many wait."""
        self._processor.on_end(
            ReadableSpan(
                name=span.name,
                context=_context(span.trace, span.id),
                parent=None if span.parent is None else _context(span.trace, span.parent),
                resource=self._resource,
                attributes=span.attributes,
                start_time=_nanoseconds(span.began),
                end_time=_nanoseconds(span.ended),
            )
        )

    def close(self) -> None:
        """Send what waits."""
        self._processor.force_flush(timeout_millis=3000)
        self._processor.shutdown()  # type: ignore[no-untyped-call]  # it has no types


def _context(trace: str, span: str) -> SpanContext:
    return SpanContext(int(trace, 16), int(span, 16), is_remote=False, trace_flags=_SAMPLED)


def _nanoseconds(time: datetime) -> int:
    return int(time.timestamp() * 1e9)
