"""Properties of messages as no client of ours would write them, in bytes."""

import struct
from typing import Any

from pamqp import encode
from pamqp.commands import Basic
from pamqp.constants import FRAME_END

from ketuk_events.events import Wire


def properties(sent: Wire, **strange: bytes) -> bytes:
    """The properties of a message as they go over the wire, some of them given as bytes."""
    plain: dict[str, Any] = {
        "content_type": sent.content_type,
        "headers": dict(sent.headers),
        "delivery_mode": 2,
        "message_id": sent.message_id,
        "user_id": "admin",
    }
    flags, written = 0, b""
    for name in Basic.Properties.__slots__:
        if name in strange or name in plain:
            flags |= Basic.Properties.flags[name]
            kind = Basic.Properties.amqp_type(name)
            written += strange[name] if name in strange else encode.by_type(plain[name], kind)
    return struct.pack(">H", flags) + written


def table(fields: bytes) -> bytes:
    """An AMQP table of these bytes."""
    return struct.pack(">I", len(fields)) + fields


def nested(depth: int) -> bytes:
    """A table in a table and so on."""
    inner = table(b"")
    for _ in range(depth):
        inner = table(b"\x01xF" + inner)
    return inner


def header(properties: bytes, *, body_size: int = 0) -> bytes:
    """A content header (AMQP 0-9-1, 4.2.6.1) with these properties."""
    return struct.pack(">HHQ", Basic.frame_id, 0, body_size) + properties


def frame(kind: int, content: bytes, *, channel: int) -> bytes:
    """A frame (AMQP 0-9-1, 4.2.3)."""
    return struct.pack(">BHI", kind, channel, len(content)) + content + bytes([FRAME_END])


def two_faced(sent: Wire, *, told_the_broker: str, told_the_reader: str) -> bytes:
    """Properties that say one account to the broker and another to who follows the flags to their end.

    RabbitMQ ignores the lowest bit of the flags. By the standard it means that further flags follow, so it
    begins two bytes later: within the kind of the content, where it finds a table of headers that ends
    within the last header of the broker's.
    """
    names = ("content_type", "headers", "delivery_mode", "message_id", "user_id")
    flags = sum(Basic.Properties.flags[name] for name in names)
    headers = encode.field_table(dict(sent.headers))[4:]

    def ends(user: str) -> bytes:
        return b"\x02" + encode.short_string(sent.message_id) + encode.short_string(user)

    inner = ends(told_the_reader)
    fields = headers + b"\x01zS" + struct.pack(">I", len(inner))
    kind = b"\x00" + b"\x00" + struct.pack(">I", 7 + 4 + len(fields)) + b"\x01aS" + struct.pack(">I", 4)
    return (
        struct.pack(">H", flags | 1)
        + bytes([len(kind)])
        + kind
        + table(fields + inner)
        + ends(told_the_broker)
    )


def nesting(value: object) -> int:
    """How deep tables and lists lie in each other."""
    if not isinstance(value, dict | list):
        return 0
    return 1 + max(map(nesting, value.values() if isinstance(value, dict) else value), default=0)


def count(value: object) -> int:
    """Fields in all; of two with one name pamqp keeps the last."""
    if not isinstance(value, dict | list):
        return 0
    return sum(1 + count(each) for each in (value.values() if isinstance(value, dict) else value))
