"""Invented fingerprint templates (ISO/IEC 19794-2:2005) and an invented handwriting: nobody's."""

import struct
from hashlib import shake_256

RIGHT_INDEX, LEFT_INDEX = 2, 7
HANDWRITING_SIZE = (168, 44)

_SIZE = (256, 360)
_PIXELS_PER_CM = 197
_MINUTIAE = 30
_RIDGE_ENDING = 1
_QUALITY = 80


def template(*, seed: str, position: int) -> bytes:
    """Returns a finger minutiae record with one finger, the same for the same seed."""
    width, height = _SIZE
    chance = shake_256(f"{seed}/{position}".encode()).digest(5 * _MINUTIAE)
    minutiae = b"".join(
        struct.pack(">HHBB", _RIDGE_ENDING << 14 | x % width, y % height, angle, _QUALITY)
        for x, y, angle in struct.iter_unpack(">HHB", chance)
    )
    finger = struct.pack(">BBBB", position, 0, _QUALITY, _MINUTIAE) + minutiae + bytes(2)
    head = b"FMR\0 20\0"
    rest = struct.pack(">HHHHHBB", 0, width, height, _PIXELS_PER_CM, _PIXELS_PER_CM, 1, 0)
    return head + struct.pack(">I", len(head) + 4 + len(rest) + len(finger)) + rest + finger


def handwriting(*, seed: str) -> bytes:
    """Returns a bitmap of HANDWRITING_SIZE pixels, one bit each: a line that goes up and down."""
    width, height = HANDWRITING_SIZE
    chance = shake_256(seed.encode()).digest(width)
    rows = [0] * height
    at = height // 2
    for x, step in enumerate(chance):
        at = min(height - 1, max(0, at + step % 5 - 2))
        rows[at] |= 1 << (width - 1 - x)
    return b"".join(row.to_bytes(width // 8, "big") for row in rows)
