"""The files that a KTP-el gives to anyone: card control and photo; and its UID."""

from reader_gateway.ktp.apdu import Response, command, read_binary, select
from reader_gateway.ktp.file_reader import (
    LENGTH_BYTES,
    SMALLEST_CHUNK,
    Chunk,
    Damaged,
    Missing,
    plain_chunk,
    read_whole,
)
from reader_gateway.ktp.protocol import Dialogue, ToCard

APPLICATION = 0x7F0A
CONTROL = 0x6FF0
PHOTO = 0x6FF2
CONTROL_LENGTHS = (51, 29)
LONGEST_PHOTO = 32_000
"""More than an 8 KB chip can hold, and within the reach of READ BINARY: a longer length is a lie."""
_TYPE_A_UID = 7


def identify() -> Dialogue[bytes | None]:
    """The UID as the reader gives it, 7 bytes for type A and 8 for type B, or None where no command works.

    FFCA is the reader's own command (PC/SC part 3); public sources name two for type B cards.
    """
    answer = yield ToCard(bytes.fromhex("FFCA000000"))
    if answer.is_success and len(answer.data) == _TYPE_A_UID:
        return answer.data
    for variant in (command(0xDD, expected=8), command(0xDF, expected=256)):
        answer = yield ToCard(variant)
        if answer.is_success and len(answer.data) == _TYPE_A_UID + 1:
            return answer.data
    return None


def select_application() -> Dialogue[bool]:
    """Whether the card has the KTP-el application."""
    answer = yield ToCard(select(APPLICATION))
    return answer.is_success


def read_control() -> Dialogue[bytes]:
    """Card control data, 51 or 29 bytes, asked for by its length. Raises Missing or Damaged."""
    lengths = Chunk(*(LENGTH_BYTES + length for length in CONTROL_LENGTHS), SMALLEST_CHUNK)
    control = yield from _read(CONTROL, lengths, longest=max(CONTROL_LENGTHS))
    if len(control) not in CONTROL_LENGTHS:
        raise Damaged
    return control


def read_photo() -> Dialogue[bytes]:
    """The image, without its length. Raises Missing or Damaged."""
    return (yield from _read(PHOTO, plain_chunk(), longest=LONGEST_PHOTO))


def _read(file: int, chunk: Chunk, *, longest: int) -> Dialogue[bytes]:
    answer = yield ToCard(select(file))
    if not answer.is_success:
        raise Missing
    return (yield from read_whole(_ask, chunk=chunk, longest=longest))


def _ask(offset: int, count: int) -> Dialogue[Response]:
    return (yield ToCard(read_binary(offset, count)))
