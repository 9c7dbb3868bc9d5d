"""The data objects that secure messaging is made of: one-byte tags, values of up to 255 bytes."""

from simulator.status_words import WRONG_PROTECTION, RefusedError

_LONG = 0x80
_LONG_OF_ONE_BYTE = 0x81


def encode(tag: int, value: bytes) -> bytes:
    """Returns one data object."""
    prefix = bytes((tag,)) if len(value) < _LONG else bytes((tag, _LONG_OF_ONE_BYTE))
    return prefix + bytes((len(value),)) + value


def decode(raw: bytes) -> dict[int, bytes]:
    """Returns the values by tag.

    Raises:
        RefusedError: The bytes do not divide into data objects.
    """
    objects: dict[int, bytes] = {}
    rest = raw
    while rest:
        head = 3 if rest[1:2] == bytes((_LONG_OF_ONE_BYTE,)) else 2
        if len(rest) < head:
            raise RefusedError(WRONG_PROTECTION)
        tag, length = rest[0], rest[head - 1]
        value, rest = rest[head : head + length], rest[head + length :]
        if len(value) != length:
            raise RefusedError(WRONG_PROTECTION)
        objects[tag] = value
    return objects
