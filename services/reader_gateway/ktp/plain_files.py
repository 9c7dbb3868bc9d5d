"""The files that a KTP-el gives to anyone: card control and photo; and its UID."""

from reader_gateway.apdu import command, read_binary, select
from reader_gateway.ktp.dialogue import Dialogue, ToCard

APPLICATION = 0x7F0A
CONTROL = 0x6FF0
PHOTO = 0x6FF2
CONTROL_LENGTHS = (51, 29)
CHUNK = 248
LONGEST_PHOTO = 32_000
"""More than an 8 KB chip can hold, and within the reach of READ BINARY: a longer length is a lie."""
_LENGTH_BYTES = 2
_TYPE_A_UID = 7


class Damaged(Exception):
    """The file is there and cannot be read whole."""


class Missing(Exception):
    """The card has no such file."""


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
    """Card control data, 51 or 29 bytes. Raises Missing or Damaged."""
    yield from _select(CONTROL)
    head = yield ToCard(read_binary(0, _LENGTH_BYTES))
    length = int.from_bytes(head.data, "big")
    if not head.is_success or length not in CONTROL_LENGTHS:
        raise Damaged
    control = yield ToCard(read_binary(_LENGTH_BYTES, length))
    if not control.is_success or len(control.data) != length:
        raise Damaged
    return control.data


def read_photo() -> Dialogue[bytes]:
    """The image, without its length. Raises Missing or Damaged."""
    yield from _select(PHOTO)
    answer = yield ToCard(read_binary(0, 8))
    length = int.from_bytes(answer.data[:_LENGTH_BYTES], "big")
    if not answer.is_success or not 0 < length <= LONGEST_PHOTO:
        raise Damaged
    file = answer.data
    total = _LENGTH_BYTES + length
    while len(file) < total:
        answer = yield ToCard(read_binary(len(file), min(CHUNK, total - len(file))))
        if not answer.is_success or not answer.data:
            raise Damaged
        file += answer.data
    return file[_LENGTH_BYTES:total]


def _select(file: int) -> Dialogue[None]:
    answer = yield ToCard(select(file))
    if not answer.is_success:
        raise Missing
