"""A collector of traces: takes OTLP over HTTP, as a real one does, and keeps the spans."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One span."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    began: int
    """Unix nanoseconds."""
    ended: int
    attributes: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What a collector had at one moment."""

    spans: tuple[Kept, ...]

    def of(self, tap: str) -> dict[str, Kept]:
        """The spans of a tap's trace by their ids: one that was sent again is the same span."""
        trace = trace_of(tap)
        return {span.id: span for span in self.spans if span.trace == trace}

    def names(self, tap: str) -> set[str]:
        """What the spans of a tap's trace are called."""
        return {span.name for span in self.of(tap).values()}


def trace_of(tap: str) -> str:
    """The id of a tap's trace."""
    return tap.replace("-", "")


@dataclass(kw_only=True)
class Collector:
    """The spans that came, in any order."""

    url: str = ""
    spans: list[Kept] = field(default_factory=list)

    def traces(self) -> Traces:
        """What has come so far."""
        return Traces(spans=tuple(self.spans))

    def take(self, body: bytes) -> None:
        """Keep what an exporter sent."""
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            attributes = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [
                    Kept(
                        service=attributes["service.name"],
                        name=span.name,
                        trace=span.trace_id.hex(),
                        id=span.span_id.hex(),
                        parent=span.parent_span_id.hex(),
                        began=span.start_time_unix_nano,
                        ended=span.end_time_unix_nano,
                        attributes={each.key: each.value.string_value for each in span.attributes},
                    )
                    for span in scope.spans
                ]


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a port of its own for the block."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                raise AssertionError("not asked for")
            collector.take(body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
