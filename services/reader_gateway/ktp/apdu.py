"""Commands and responses between a terminal and a chip (ISO/IEC 7816-4), as frozen values."""

from dataclasses import dataclass

SUCCESS = 0x9000
_SHORTEST, _LONGEST = 4, 261
_READERS_OWN = 0xFF


class Garbage(Exception):
    """What came back is no response: shorter than a status word."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a card or a SAM answered."""

    data: bytes
    status: int

    @property
    def is_success(self) -> bool:
        """Whether the status word is 9000; every other one is a failure."""
        return self.status == SUCCESS


def response(raw: bytes) -> Response:
    """Take a response apart. Raises Garbage where there is no status word."""
    if len(raw) < 2:  # noqa: PLR2004  a status word has two bytes
        raise Garbage
    return Response(raw[:-2], int.from_bytes(raw[-2:], "big"))


def command(ins: int, p1: int = 0, p2: int = 0, data: bytes = b"", *, expected: int | None = None) -> bytes:
    """A short command of class 00; `expected` is Le in bytes (256 is written as 00)."""
    raw = bytes((0x00, ins, p1, p2))
    if data:
        raw += bytes((len(data),)) + data
    if expected is not None:
        raw += bytes((expected % 256,))
    return raw


def is_for_a_card(raw: bytes) -> bool:
    """Whether bytes may be a short command (4 to 261 bytes) of a class that is not the reader's own (FF)."""
    return _SHORTEST <= len(raw) <= _LONGEST and raw[0] != _READERS_OWN


def select(file: int) -> bytes:
    """SELECT by file identifier, 00A40000 02."""
    return command(0xA4, data=file.to_bytes(2, "big"))


def read_binary(offset: int, length: int) -> bytes:
    """READ BINARY at an offset below 32,768."""
    return command(0xB0, offset >> 8, offset & 0xFF, expected=length)
