"""Files behind secure messaging: the SAM wraps each command and unwraps each answer."""

from reader_gateway.ktp.apdu import Garbage, Response, command, is_for_a_card, read_binary, response, select
from reader_gateway.ktp.file_reader import Chunk, Damaged, Missing, read_fixed, read_whole
from reader_gateway.ktp.protocol import Dialogue, SamBroken, ToCard, ToSam

BIODATA = 0x6FF1
HANDWRITING = 0x6FF3
FINGERS = (0x6FF4, 0x6FF5)
SIGNATURE = 0x6FF6
SIGNATURE_LENGTH = 0x50
LONGEST = 4_096
"""Bytes: half of the chip, for any file behind secure messaging."""
_CIPHER_BLOCK = 8
_LONGEST_DATA = 255
_NOT_FOUND = 0x6A82
_START_DECIPHERING = command(0xFA, 0x05, 0x00)
_STOP_DECIPHERING = command(0xFA, 0x02, 0x00)


def read_biodata(chunk: Chunk) -> Dialogue[bytes]:
    """EF 6FF1 without its length. Raises Missing or Damaged."""
    yield from _select(BIODATA)
    return (yield from read_whole(_ask, chunk=chunk, longest=LONGEST))


def read_signature_file(chunk: Chunk) -> Dialogue[bytes]:
    """EF 6FF6, 80 bytes. Raises Missing or Damaged."""
    yield from _select(SIGNATURE)
    return (yield from read_fixed(_ask, chunk=chunk, length=SIGNATURE_LENGTH))


def read_deciphered(file: int, chunk: Chunk) -> Dialogue[bytes]:
    """Handwriting or minutiae, deciphered by the SAM, without the length. Raises Missing or Damaged."""
    yield from _select(file)
    started = yield ToSam(_START_DECIPHERING)
    if not started.is_success:
        raise Damaged
    content = yield from read_whole(_ask, chunk=chunk, longest=LONGEST, multiple=_CIPHER_BLOCK)
    yield ToSam(_STOP_DECIPHERING)
    return content


def _select(file: int) -> Dialogue[None]:
    answer = yield from _say(select(file))
    if not answer.is_success:
        raise Missing if answer.status == _NOT_FOUND else Damaged


def _ask(offset: int, count: int) -> Dialogue[Response]:
    return (yield from _say(read_binary(offset, count)))


def _say(plain: bytes) -> Dialogue[Response]:
    """One command through the SAM to the card and back: the card's own answer.

    Raises SamBroken where the SAM wraps no command, Damaged where it refuses the card's answer: only a card
    that refuses may be asked for less. What the SAM wraps goes to the card only where it is a short command,
    and none that the reader takes for itself.
    """
    wrapped = yield ToSam(command(0xF3, data=plain))
    if not wrapped.is_success or not is_for_a_card(wrapped.data):
        raise SamBroken
    protected = yield ToCard(wrapped.data)
    raw = protected.data + protected.status.to_bytes(2, "big")
    if len(raw) > _LONGEST_DATA:
        raise Damaged
    opened = yield ToSam(command(0xF4, data=raw))
    if not opened.is_success:
        raise Damaged
    try:
        answer = response(opened.data)
    except Garbage:
        raise Damaged from None
    if answer.is_success and not protected.is_success:
        raise Damaged
    return answer
