"""Events on the wire: CloudEvents 1.0 over AMQP 0-9-1 in binary mode.

The attributes are headers, the body is the data.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from ketuk_events.catalogue import KIND_BY_TYPE, Delivery, Kind
from ketuk_events.names import is_timestamp, to_timestamp

CONTENT_TYPE = "application/json"
MOST_BYTES = 262_144
"""Of a body; the largest are parts of a snapshot and readings. The broker takes little more, for a consumer
holds hundreds at once, whoever sent them."""
_PREFIX = "cloudEvents_"
_ENCODER = msgspec.json.Encoder()
_KEYS = {kind.type: f"{kind.name}.v{kind.version}." for kind in KIND_BY_TYPE.values()}
"""How the routing key of each type begins."""
_DECODERS = {kind.type: msgspec.json.Decoder(kind.body) for kind in KIND_BY_TYPE.values()}


class Malformed(Exception):
    """A message that is not of the contract; `str()` is a reason that carries nothing of its content."""


class Wire(Struct, frozen=True, kw_only=True):
    """A message as the broker sees it; kept as it is in outboxes, so that a repeat is byte-identical."""

    message_id: str
    routing_key: str
    headers: Mapping[str, str]
    body: bytes
    delivery: Delivery
    content_type: str = CONTENT_TYPE


class Event(Struct, frozen=True, kw_only=True):
    """A message as the code sees it."""

    id: UUID
    kind: Kind
    region: str
    """Kemendagri code of the source."""
    source: str
    """Who says it: a gateway or a service; the last word of the CloudEvents source."""
    owner: str
    """The party concerned: the last word of the routing key."""
    time: str
    """When it happened, RFC 3339."""
    data: msgspec.Struct
    traceparent: str | None = None


def event(
    kind: Kind,
    data: msgspec.Struct,
    *,
    event_id: UUID,
    region: str,
    source: str,
    owner: str,
    time: datetime,
    traceparent: str | None = None,
) -> Event:
    """An event of `kind` that happened at `time`. Raises TypeError where data is of another kind."""
    if not isinstance(data, kind.body):
        raise TypeError(f"{kind.name} carries {kind.body.__name__}, not {type(data).__name__}")
    return Event(
        id=event_id,
        kind=kind,
        region=region,
        source=source,
        owner=owner,
        time=to_timestamp(time),
        data=data,
        traceparent=traceparent,
    )


def to_wire(event: Event) -> Wire:
    """Write an event down. The relay adds `cloudEvents_sentat` when it sends."""
    name = str(event.id)
    headers = {
        f"{_PREFIX}specversion": "1.0",
        f"{_PREFIX}type": event.kind.type,
        f"{_PREFIX}source": f"urn:ketuk:{event.region}:{event.source}",
        f"{_PREFIX}id": name,
        f"{_PREFIX}time": event.time,
        f"{_PREFIX}dataschema": event.kind.schema,
    }
    if event.traceparent is not None:
        headers["traceparent"] = event.traceparent
    return Wire(
        message_id=name,
        routing_key=event.kind.routing_key(region=event.region, owner=event.owner),
        headers=headers,
        body=_ENCODER.encode(event.data),
        delivery=event.kind.delivery,
    )


def from_wire(
    *, message_id: str | None, routing_key: str, headers: Mapping[str, object], body: bytes
) -> Event:
    """Read and validate a message in one pass; unknown fields are ignored.

    Raises Malformed with the reason.
    """
    if len(body) > MOST_BYTES:
        raise Malformed("larger than any message of the contract")
    name = headers.get(f"{_PREFIX}type")
    kind = KIND_BY_TYPE.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Malformed("unknown type of message")
    # a sender's right to a routing key is its right to say this, and nothing else
    if not routing_key.startswith(_KEYS[kind.type]):
        raise Malformed("its type is not what its routing key says")
    if headers.get(f"{_PREFIX}specversion") != "1.0":
        raise Malformed("unknown version of CloudEvents")
    _, _, source = str(headers.get(f"{_PREFIX}source", "")).partition("urn:ketuk:")
    region, _, speaker = source.partition(":")
    if not region or not speaker:
        raise Malformed("no source")
    try:
        id_ = UUID(message_id)
    except (ValueError, TypeError):
        raise Malformed("message id is no UUID") from None
    if headers.get(f"{_PREFIX}id") != str(id_):
        raise Malformed("message id and event id differ")
    time = headers.get(f"{_PREFIX}time")
    if not is_timestamp(time):
        raise Malformed("no time")
    traceparent = headers.get("traceparent")
    return Event(
        id=id_,
        kind=kind,
        region=region,
        source=speaker,
        owner=routing_key.rpartition(".")[2],
        time=time,
        data=_decoded(kind, body),
        traceparent=traceparent if isinstance(traceparent, str) else None,
    )


def _decoded(kind: Kind, body: bytes) -> msgspec.Struct:
    try:
        return _DECODERS[kind.type].decode(body)
    except msgspec.ValidationError as mistake:
        # msgspec names the field and the rule, never the value
        raise Malformed(f"{kind.name}: {mistake}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed(f"{kind.name}: not JSON") from None
