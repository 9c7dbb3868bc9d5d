"""The elementary files of a KTP-el, and which of them a reader may have without a SAM."""

from enum import IntEnum

APPLICATION = 0x7F0A
MASTER_FILE = 0x3F00


class FileId(IntEnum):
    """The files in the KTP-el application."""

    CONTROL = 0x6FF0
    BIODATA = 0x6FF1
    PHOTO = 0x6FF2
    HANDWRITING = 0x6FF3
    FINGER_1 = 0x6FF4
    FINGER_2 = 0x6FF5
    SIGNATURE = 0x6FF6


PLAIN = frozenset({FileId.CONTROL, FileId.PHOTO})
ENCIPHERED = frozenset({FileId.HANDWRITING, FileId.FINGER_1, FileId.FINGER_2})

LENGTH_BYTES = 2


def with_length(content: bytes) -> bytes:
    """Returns a file: the content behind its length, two bytes, big-endian."""
    return len(content).to_bytes(LENGTH_BYTES, "big") + content
