"""Short command APDUs (ISO/IEC 7816-3, cases 1 to 4)."""

from dataclasses import dataclass

from simulator.status_words import WRONG_LENGTH, RefusedError

# Le 00 in a short command.
AS_MUCH_AS_THERE_IS = 256

_HEADER = 4


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `expected` is Le in bytes, None where there is none."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    expected: int | None = None

    @property
    def p1p2(self) -> int:
        """Both parameters as one number: the offset of a READ BINARY."""
        return self.p1 << 8 | self.p2

    @property
    def header(self) -> bytes:
        """The four bytes that every command starts with."""
        return bytes((self.cla, self.ins, self.p1, self.p2))


def parse(raw: bytes) -> Command:
    """Reads a command.

    Raises:
        RefusedError: The bytes are no short APDU.
    """
    if len(raw) < _HEADER:
        raise RefusedError(WRONG_LENGTH)
    cla, ins, p1, p2, *body = raw
    data, expected = _body(bytes(body))
    return Command(cla, ins, p1, p2, data, expected)


def _body(body: bytes) -> tuple[bytes, int | None]:
    if not body:
        return b"", None
    if len(body) == 1:
        return b"", body[0] or AS_MUCH_AS_THERE_IS
    length, rest = body[0], body[1:]
    if length and len(rest) == length:
        return rest, None
    if length and len(rest) == length + 1:
        return rest[:-1], rest[-1] or AS_MUCH_AS_THERE_IS
    raise RefusedError(WRONG_LENGTH)
