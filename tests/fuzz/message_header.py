"""Fuzz target: properties of a message are read whatever they say, and the message judged by what is left.

The first byte says how the rest is taken: as all properties behind their flags, as the fields of a table of
headers beside properties of ours, or as steps that build such a table of values of every kind.
"""

import struct
from collections.abc import Iterator
from uuid import UUID

from chassis.messaging.fast_amqp import content_header
from chassis.messaging.fast_amqp.content_header import DEEPEST, MOST_FIELDS, Unreadable
from chassis.messaging.fast_amqp.deliveries import Delivered
from chassis.messaging.message_handler import opened
from dev.contract.examples import examples
from ketuk_events import catalogue
from ketuk_events.events import to_wire
from tests.fuzz.whim import Whim
from tests.unit.chassis import strange

SENT = to_wire(examples()[catalogue.CARD_READ])
ALL, FIELDS, BUILT = range(3)
KINDS = b"tbBsuIiflLdDTSAFVx\0?"
"""Of a field's value (RabbitMQ's dialect of AMQP 0-9-1, 4.2.5.5), and two that are none."""


def once(raw: bytes) -> None:
    how, rest = (raw[0] % 3 if raw else ALL), raw[1:]
    if how == ALL:
        properties = rest
    else:
        fields = rest if how == FIELDS else _built(Whim(rest))
        properties = strange.properties(SENT, headers=strange.table(fields))
    written = strange.header(properties, body_size=len(SENT.body))
    try:
        header = content_header.read(written)
    except struct.error:
        assert len(properties) < 2, "only what has no flags has no properties"
        return
    found = header.properties
    headers = {} if found.headers is None else found.headers
    assert strange.count(headers) <= MOST_FIELDS
    assert strange.nesting(headers) <= DEEPEST
    if how != ALL:
        assert found.message_id == SENT.message_id, "what follows the headers is read another way"
    message = Delivered(
        tag=1,
        redelivered=False,
        message_id=found.message_id,
        routing_key=SENT.routing_key,
        user=found.user_id,
        content_type=found.content_type,
        headers=headers,
        body=SENT.body,
    )
    arrived, refused = opened([message])
    assert len(arrived) + len(refused) == 1
    if isinstance(headers, Unreadable):
        assert refused, "headers that nobody can read are believed"
    for _, event in arrived:
        assert event.event.id == UUID(found.message_id)
    for _, dead in refused:
        assert dead.reason.isprintable()
        assert len(dead.reason) <= 200


def seeds() -> Iterator[bytes]:
    yield bytes((ALL,)) + strange.properties(SENT)
    yield bytes((ALL,)) + strange.two_faced(SENT, told_the_broker="admin", told_the_reader="registry")
    for headers in (b"\x04t\xffmeV", b"\x01aS\0\0\0\x02hi", strange.nested(DEEPEST), b"\x01aV" * 40):
        yield bytes((FIELDS,)) + headers
    for kind in range(len(KINDS)):
        yield bytes((BUILT, 1, kind, 3)) + b"abc"
    yield bytes((BUILT, 2, KINDS.index(b"F"), 1, KINDS.index(b"A"), 2, KINDS.index(b"S"), 1)) + b"x"


def _built(whim: Whim, *, depth: int = 0) -> bytes:
    """Fields of a table, of every kind; a length may be wrong by a few."""
    fields = b""
    for number in range(whim.number(6)):
        fields += bytes((1, ord("a") + number)) + _value(whim, depth=depth)
    return fields


def _value(whim: Whim, *, depth: int) -> bytes:
    kind = bytes(KINDS[each : each + 1]) if (each := whim.number(len(KINDS))) < len(KINDS) else b""
    if kind == b"F" and depth <= DEEPEST:
        inner = _built(whim, depth=depth + 1)
    elif kind == b"A" and depth <= DEEPEST:
        inner = b"".join(_value(whim, depth=depth + 1) for _ in range(whim.number(4)))
    else:
        inner = whim.text(whim.number(12))
        if kind not in (b"S", b"x", b"F", b"A"):
            return kind + inner
    return kind + struct.pack(">I", max(0, len(inner) + whim.number(5) % 3 - whim.number(2))) + inner
