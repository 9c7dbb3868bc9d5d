"""What of a message's AMQP properties cannot be read: passed over, and the message judged by what is left.

pamqp reads the properties of a message as a whole or not at all, and where it fails aiormq's connection ends
or, worse, hangs. Whoever may publish could so stop all consumers of a queue with one message, until it was
delivered as often as it may. See docs/decisions/0015-one-message-ends-no-connection.md.
"""

from contextlib import suppress

from pamqp import decode
from pamqp.commands import Basic
from pamqp.common import FieldValue
from pamqp.header import ContentHeader

MOST_BYTES = 16_384
"""Of the properties of a message; ours have 600. Reading a table takes time with the square of its size."""
_FIXED = 12
"""Bytes of a content header before its properties: class, weight, size of the body (AMQP 0-9-1, 4.2.6.1)."""
_FLAGS = 2
_MORE_FLAGS = 1
"""The flag that says so. RabbitMQ ignores it and pamqp does not: what follows may say one account to the one
and another to the other. None of ours has it."""
_strictly = ContentHeader.unmarshal


class Unreadable(dict[str, FieldValue]):
    """Headers that are there and that cannot be read; so it is empty."""


def tolerate() -> None:
    """Have pamqp pass over what cannot be read, in this process. Calling it again changes nothing."""
    ContentHeader.unmarshal = _read  # type: ignore[method-assign,assignment]  # pamqp has no other place to say so


def _read(header: ContentHeader, data: bytes) -> None:
    flags = int.from_bytes(data[_FIXED : _FIXED + _FLAGS])
    if len(data) <= MOST_BYTES and not flags & _MORE_FLAGS:
        # whatever a stranger thought of: not UTF-8, of no calendar, nested without end
        with suppress(Exception):
            return _strictly(header, data)
    _strictly(header, data[:_FIXED] + bytes(_FLAGS))
    if flags & _MORE_FLAGS:
        header.properties = Basic.Properties(headers=Unreadable())
    else:
        header.properties = _one_by_one(flags, data[_FIXED + _FLAGS :])
    return None


def _one_by_one(flags: int, rest: bytes) -> Basic.Properties:
    properties = Basic.Properties()
    for name in (each for each in Basic.Properties.__slots__ if flags & Basic.Properties.flags[each]):
        kind = Basic.Properties.amqp_type(name)
        length = _length(kind, rest)
        setattr(properties, name, _value(kind, rest[:length]))
        rest = rest[length:]
    return properties


def _value(kind: str, written: bytes) -> object:
    if len(written) <= MOST_BYTES:
        with suppress(Exception):
            return decode.by_type(written, kind)[1]
    return Unreadable() if kind == "table" else None


def _length(kind: str, data: bytes) -> int:
    """So many bytes a property takes, whatever they say (AMQP 0-9-1, 4.2.5)."""
    match kind:
        case "shortstr":
            return 1 + int.from_bytes(data[:1])
        case "table":
            return 4 + int.from_bytes(data[:4])
        case "timestamp":
            return 8
        case _:
            return 1
