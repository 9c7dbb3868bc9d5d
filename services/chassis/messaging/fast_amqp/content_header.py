"""The header of a message's content (AMQP 0-9-1, 4.2.6.1): its size and properties, read and written.

pamqp does both with some hundred steps a message, which took a tenth of the time that a tap needs. It also
reads the properties as a whole or not at all, and where it fails aiormq's connection ends or, worse, hangs:
whoever may publish could so stop all consumers of a queue with one message. Here what cannot be read is
passed over, and the message judged by what is left; all else is as pamqp reads and writes it.
See docs/decisions/0015-one-message-ends-no-connection.md and 0016-frames-as-they-lie.md.
"""

import struct
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from pamqp import decode, encode
from pamqp.commands import Basic
from pamqp.common import FieldTable, FieldValue
from pamqp.header import ContentHeader

MOST_BYTES = 4_096
"""Of a table; ours have 600. Reading one takes pamqp time with the square of its size."""
MOST_FIELDS = 128
"""In a table, those of tables and lists in it counted too."""
DEEPEST = 4
"""Tables and lists within each other. The broker's own word on why a message died has four."""
_BEGINS = struct.Struct(">HHQH")
"""Class, weight, size of the body, and the flags that say which properties follow."""
_MORE_FLAGS = 1
"""The flag that says so. RabbitMQ ignores it and pamqp does not: what follows may say one account to the one
and another to the other. None of ours has it."""
_PROPERTIES = [
    (name, Basic.Properties.flags[name], Basic.Properties.amqp_type(name))
    for name in Basic.Properties.__slots__
]
"""In the order in which they are written."""
_LENGTH = struct.Struct(">I")
_Reads: TypeAlias = Callable[[bytes, int], tuple[object, int]]
_TEXT, _TABLE = b"S", b"F"
_NESTED, _LONG = frozenset({_TABLE, b"A"}), frozenset({_TEXT, b"x"})
_SIZES = {b"": 0} | {
    bytes((kind,)): size
    for size, kinds in ((0, b"V\0"), (1, b"tbB"), (2, b"su"), (4, b"Iif"), (5, b"D"), (8, b"lLdT"))
    for kind in kinds
}
"""Of the values of a field, by its kind; nothing where the kind is missing, as pamqp has it."""


class Unreadable(dict[str, FieldValue]):
    """Headers that are there and that cannot be read; so it is empty."""


def read(data: bytes) -> ContentHeader:
    """Read a content header. Raises struct.error where it has no flags."""
    class_id, weight, body_size, flags = _BEGINS.unpack_from(data)
    header = ContentHeader(weight=weight, body_size=body_size)
    header.class_id = class_id
    if flags & _MORE_FLAGS:
        header.properties.headers = Unreadable()
        return header
    at = _BEGINS.size
    for name, reads in _present(flags):
        value, at = reads(data, at)
        setattr(header.properties, name, value)
    return header


def write(properties: Basic.Properties, *, body_size: int) -> bytes:
    """Write a content header down. Raises TypeError or ValueError where AMQP has no form for a property."""
    flags, written = 0, [b""]
    for name, flag, kind in _PROPERTIES:
        value = getattr(properties, name)
        if value is not None and value != "":
            flags |= flag
            written.append(_write_table(value) if kind == "table" else encode.by_type(value, kind))
    written[0] = _BEGINS.pack(Basic.frame_id, 0, body_size, flags)
    return b"".join(written)


@lru_cache(maxsize=256)
def _present(flags: int) -> list[tuple[str, _Reads]]:
    return [(name, _READS[kind]) for name, flag, kind in _PROPERTIES if flags & flag]


def _read_word(data: bytes, at: int) -> tuple[str | None, int]:
    end = at + 1 + int.from_bytes(data[at : at + 1])
    try:
        return data[at + 1 : end].decode(), end
    except UnicodeDecodeError:
        return None, end


def _read_octet(data: bytes, at: int) -> tuple[int | None, int]:
    return (data[at] if at < len(data) else None), at + 1


def _read_time(data: bytes, at: int) -> tuple[datetime | None, int]:
    end = at + 8
    with suppress(Exception):  # of no calendar
        return decode.timestamp(data[at:end])[1], end
    return None, end


def _read_table(data: bytes, at: int) -> tuple[FieldTable, int]:
    end = at + _LENGTH.size + int.from_bytes(data[at : at + _LENGTH.size])
    written = data[at:end]
    if len(written) <= MOST_BYTES:
        with suppress(IndexError, UnicodeDecodeError, struct.error):
            if (texts := _texts(written)) is not None:
                return texts, end
        # whatever a stranger thought of: not UTF-8, of no known kind
        with suppress(Exception):
            _fields(written, 0, depth=1)
            return decode.field_table(written)[1], end
    return Unreadable(), end


_READS: dict[str, _Reads] = {
    "shortstr": _read_word,
    "octet": _read_octet,
    "timestamp": _read_time,
    "table": _read_table,
}
"""What a property says and where it ends, whatever it says (AMQP 0-9-1, 4.2.5)."""


def _texts(written: bytes) -> dict[str, FieldValue] | None:
    """A table of texts alone, as ours are; None for another, or another's length.

    Raises IndexError, UnicodeDecodeError or struct.error.
    """
    at, end = _LENGTH.size, len(written)
    texts: dict[str, FieldValue] = {}
    while at < end:
        named = at + 1 + written[at]
        (length,) = _LENGTH.unpack_from(written, named + 1)
        begins = named + 1 + _LENGTH.size
        if written[named] != _TEXT[0] or begins + length > end:
            return None
        texts[written[at + 1 : named].decode()] = written[begins : begins + length].decode()
        at = begins + length
    is_whole = _LENGTH.unpack_from(written) == (end - _LENGTH.size,)
    return texts if is_whole and len(texts) <= MOST_FIELDS else None


def _fields(written: bytes, at: int, *, depth: int, named: bool = True) -> tuple[int, int]:
    """How many fields a table has, or a list, which are not `named`; and where pamqp says that it ends.

    A list may claim to be longer than its bytes: it is given up once it has too many fields.

    Raises ValueError where it is nested too deep or has too many fields, or another error where it is none.
    """
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    count, begins = 0, at + _LENGTH.size
    end = begins + int.from_bytes(written[at:begins])
    at = begins
    while at < end:
        kind_at = at + 1 + written[at] if named else at
        kind, at = written[kind_at : kind_at + 1], kind_at + 1
        count += 1
        if kind in _NESTED:
            inner, at = _fields(written, at, depth=depth + 1, named=kind == _TABLE)
            count += inner
        elif kind in _LONG:
            at += _LENGTH.size + int.from_bytes(written[at : at + _LENGTH.size])
        else:
            at += _SIZES[kind]
        if count > MOST_FIELDS:
            raise ValueError("too many fields")
    return count, end if named else at


def _write_table(table: FieldTable) -> bytes:
    texts = [(name, value.encode()) for name, value in sorted(table.items()) if isinstance(value, str)]
    if len(texts) < len(table):
        return encode.field_table(table)
    written = b"".join(part for name, text in texts for part in (_begin(name), _LENGTH.pack(len(text)), text))
    return _LENGTH.pack(len(written)) + written


@lru_cache(maxsize=256)
def _begin(name: str) -> bytes:
    """What stands before a text and its length: its name and that it is one."""
    return encode.field_table({name: ""})[_LENGTH.size : -_LENGTH.size]
