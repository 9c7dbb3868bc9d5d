"""What the payloads of answers mean. Every function raises Failed for an error and for what is no answer."""

import re

from reader_gateway.terminal.codes import Code, Failed, Identity, States

LONGEST_BIODATA = 4_096
"""Bytes: half of the chip."""
_STATES = 4
_IDENTITY = 3
_NUMBER = re.compile(r"-?[0-9]{1,5}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9]{1,4}", re.ASCII)
_MATCH = "Y"
_ERROR = "error"


def there(payload: bytes) -> None:
    """Of ack: a name, whichever."""
    _fields(payload)


def done(payload: bytes) -> None:
    """Of open, close and reset: `0`."""
    if _fields(payload) != ["0"]:
        raise Failed(Code.DEVICE_ERROR)


def identity(payload: bytes) -> Identity:
    """Of info: `<hardware id>,<serial number>,<firmware>`."""
    fields = _fields(payload)
    if len(fields) < _IDENTITY or not all(field.isprintable() for field in fields):
        raise Failed(Code.DEVICE_ERROR)
    hardware, serial, firmware = (field[:50] for field in fields[:_IDENTITY])
    return Identity(hardware=hardware, serial=serial, firmware=firmware)


def states(payload: bytes) -> States:
    """Of poll: four numbers. A terminal that answers with an error is not open."""
    try:
        fields = _fields(payload)
    except Failed as failed:
        raise Failed(Code.NOT_OPEN if failed.code is Code.DEVICE_ERROR else failed.code) from None
    if len(fields) != _STATES or not all(_NUMBER.fullmatch(field) for field in fields):
        raise Failed(Code.DEVICE_ERROR)
    reader, card, finger, device = (int(field) for field in fields)
    return States(reader=reader, card=card, finger=finger, device=device)


def fingers(payload: bytes) -> tuple[bytes, ...]:
    """Of put: `<word>,<finger>,<finger>`, which fingers the card stores, by the terminal's names for them."""
    return tuple(field.encode() for field in _fields(payload)[1:] if _NAME.fullmatch(field))


def matches(payload: bytes) -> bool:
    """Of finger: whether it does."""
    return _fields(payload) == [_MATCH]


def biodata(payload: bytes) -> bytes:
    """Of demog: the text as it is. Its form is verification's to judge."""
    _fields(payload)
    if len(payload) > LONGEST_BIODATA:
        raise Failed(Code.DEVICE_ERROR)
    return payload


def _fields(payload: bytes) -> list[str]:
    """What stands between commas; an error is told by its word, or by its number."""
    fields = payload.decode("ascii", errors="replace").split(",")
    first = fields[0].strip()
    if first in {_ERROR, ""}:
        raise Failed(_code(fields[1].strip() if len(fields) > 1 else ""))
    if _NUMBER.fullmatch(first) and int(first) < 0:
        raise Failed(_code(first))
    return fields


def _code(word: str) -> Code:
    """The code that a terminal names; an error without one is the device's."""
    try:
        code = Code(int(word)) if _NUMBER.fullmatch(word) else Code.DEVICE_ERROR
    except ValueError:
        code = Code.DEVICE_ERROR
    return Code.DEVICE_ERROR if code is Code.OK else code
