"""Files behind secure messaging: the SAM wraps each command and unwraps each answer."""

from reader_gateway.apdu import Garbage, command, read_binary, response, select
from reader_gateway.ktp.dialogue import Dialogue, ToCard, ToSam
from reader_gateway.ktp.plain_files import Damaged

BIODATA = 0x6FF1
SIGNATURE = 0x6FF6
SIGNATURE_LENGTH = 0x50
BLOCK = 0xD0
LONGEST_BIODATA = 4_096
_LENGTH_BYTES = 2
_LONGEST_DATA = 255


def read_biodata() -> Dialogue[bytes]:
    """EF 6FF1 without its length. Raises Damaged."""
    yield from _say(select(BIODATA))
    # by its length: asking for more than there is brings a warning, and no warning is a success
    file = yield from _say(read_binary(0, _LENGTH_BYTES))
    length = int.from_bytes(file, "big")
    if len(file) != _LENGTH_BYTES or not 0 < length <= LONGEST_BIODATA:
        raise Damaged
    total = _LENGTH_BYTES + length
    while len(file) < total:
        part = yield from _say(read_binary(len(file), min(BLOCK, total - len(file))))
        if not part:
            raise Damaged
        file += part
    return file[_LENGTH_BYTES:total]


def read_signature_file() -> Dialogue[bytes]:
    """EF 6FF6, 80 bytes. Raises Damaged."""
    yield from _say(select(SIGNATURE))
    file = yield from _say(read_binary(0, SIGNATURE_LENGTH))
    if len(file) != SIGNATURE_LENGTH:
        raise Damaged
    return file


def _say(plain: bytes) -> Dialogue[bytes]:
    """One command through the SAM to the card and back; all three status words must be 9000."""
    wrapped = yield ToSam(command(0xF3, data=plain))
    if not wrapped.is_success or not wrapped.data:
        raise Damaged
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
    if not answer.is_success:
        raise Damaged
    return answer.data
