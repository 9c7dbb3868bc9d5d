"""Reading a whole elementary file in the largest chunks that the card gives, and no byte twice."""

from dataclasses import dataclass
from typing import Protocol

from reader_gateway.ktp.apdu import Response
from reader_gateway.ktp.protocol import Dialogue

LENGTH_BYTES = 2
SMALLEST_CHUNK = 16
"""Bytes: a card that gives less at a time is no more read than one that gives nothing."""
_AVAILABLE = 0x6C
_END_OF_FILE = 0x6282
_MAY_BE_CORRUPTED = 0x6281


class Ask(Protocol):
    """READ BINARY, whichever way it reaches the card."""

    def __call__(self, offset: int, count: int, /) -> Dialogue[Response]:
        """`count` bytes from `offset`, both in bytes."""


class Damaged(Exception):
    """The file is there and cannot be read whole."""


class Missing(Exception):
    """The card has no such file."""


class Chunk:
    """How many bytes a card gives at once: found out by asking for much, and for less where that is refused.

    It is kept from one file to the next of the same access.
    """

    def __init__(self, *sizes: int) -> None:
        """`sizes` to try, the largest first."""
        self._sizes = sizes
        self._given = 0
        self._offered: int | None = None

    @property
    def size(self) -> int:
        """What to ask for next."""
        return self._sizes[0]

    @property
    def sizes(self) -> tuple[int, ...]:
        """What to ask for next, and what else while that is refused."""
        return self._sizes

    def gave(self, count: int, *, asked: int) -> None:
        """The card gave so many bytes; a card that gives fewer than were asked for is asked for no more."""
        self._given = max(self._given, count)
        if count < asked:
            self._sizes = (count,)

    def refused(self, *, asked: int, status: int) -> bool:
        """Whether to ask for less.

        Not where a card refuses what it gave before or what it offered (6Cxx), nor where it says why.
        """
        if asked <= self._given or asked == self._offered or status == _MAY_BE_CORRUPTED:
            return False
        available = status & 0xFF if status >> 8 == _AVAILABLE else 0
        smaller = tuple(size for size in self._sizes if size < asked)
        if SMALLEST_CHUNK <= available < asked:
            self._offered = available
            smaller = (available, *(size for size in smaller if size < available))
        if smaller:
            self._sizes = smaller
        return bool(smaller)

    def ended(self, total: int, *, before: tuple[int, ...]) -> None:
        """The file has `total` bytes: that more was refused says nothing of the card's chunks.

        `before`: the sizes that were to be tried when the file was begun.
        """
        self._sizes = (
            *(size for size in before if size > total),
            *(size for size in self._sizes if size <= total),
        )
        self._offered = None


def plain_chunk() -> Chunk:
    """For READ BINARY in the clear: all that a short answer can hold, then what public clients use."""
    return Chunk(256, 255, 250, 248, 112, 64, 32, SMALLEST_CHUNK)


def protected_chunk() -> Chunk:
    """Behind secure messaging: the two sizes that public clients use, then less."""
    return Chunk(0xD0, 0x60, 0x30, SMALLEST_CHUNK)


def read_whole(ask: Ask, *, chunk: Chunk, longest: int, multiple: int = 1) -> Dialogue[bytes]:
    """The content of a file that begins with its length (2 bytes, big-endian), without that length.

    The last chunk is rounded up to a `multiple` of bytes. Raises Damaged where the content cannot be had, or
    where the length is 0 or above `longest`.
    """
    before = chunk.sizes
    first = yield from _next(ask, chunk, at=0, most=chunk.size)
    length = int.from_bytes(first.data[:LENGTH_BYTES], "big")
    if len(first.data) < LENGTH_BYTES or not 0 < length <= longest:
        raise Damaged
    total = LENGTH_BYTES + length
    chunk.ended(total, before=before)
    file = yield from _to_the_end(ask, chunk, first, total=total, multiple=multiple)
    return file[LENGTH_BYTES:]


def read_fixed(ask: Ask, *, chunk: Chunk, length: int) -> Dialogue[bytes]:
    """The content of a file that is known to have `length` bytes. Raises Damaged."""
    first = yield from _next(ask, chunk, at=0, most=length)
    return (yield from _to_the_end(ask, chunk, first, total=length, multiple=1))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a file."""

    data: bytes
    asked: int
    at_end: bool
    """The card says that the file ends here."""


def _to_the_end(ask: Ask, chunk: Chunk, part: _Part, *, total: int, multiple: int) -> Dialogue[bytes]:
    file = part.data
    while len(file) < total:
        if len(part.data) < SMALLEST_CHUNK or part.at_end:
            raise Damaged
        chunk.gave(len(part.data), asked=part.asked)
        rounded = -(-(total - len(file)) // multiple) * multiple
        part = yield from _next(ask, chunk, at=len(file), most=rounded)
        file += part.data
    return file[:total]


def _next(ask: Ask, chunk: Chunk, *, at: int, most: int) -> Dialogue[_Part]:
    """Bytes from an offset; fewer are asked for where that is refused.

    The first part of a short file may reach beyond its end, and a card may say so (6282, ISO/IEC 7816-4)
    beside the bytes: they count where they make the file whole.
    """
    while True:
        count = min(chunk.size, most)
        answer = yield from ask(at, count)
        if answer.is_success or answer.status == _END_OF_FILE:
            if not 0 < len(answer.data) <= count:
                raise Damaged
            return _Part(answer.data, count, at_end=not answer.is_success)
        if not chunk.refused(asked=count, status=answer.status):
            raise Damaged
