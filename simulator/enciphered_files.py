"""How handwriting and fingerprints rest on the card: enciphered, so that only the SAM can tell what they say.

The two length bytes stay in the clear, and every part can be deciphered on its own, because a reader fetches
a file in blocks and the SAM sees one block at a time.
"""

from simulator.files import LENGTH_BYTES, FileId
from simulator.symmetric import BLOCK, keystream

# Clients round the last block of these files up to a multiple of this.
_ROUNDED_TO = 8


def encipher(key: bytes, file_id: FileId, file: bytes) -> bytes:
    """Returns the file as it rests on the card, filled up to a multiple of eight bytes."""
    return apply_cipher(key, file_id, 0, file + bytes(-len(file) % _ROUNDED_TO))


def apply_cipher(key: bytes, file_id: FileId, offset: int, part: bytes) -> bytes:
    """Enciphers or deciphers the part of a file that starts at `offset`."""
    block, skipped = divmod(offset, BLOCK)
    start = file_id.to_bytes(8, "big") + block.to_bytes(8, "big")
    stream = bytearray(keystream(key, start, skipped + len(part))[skipped:])
    for position in range(offset, min(LENGTH_BYTES, offset + len(part))):
        stream[position - offset] = 0
    return bytes(a ^ b for a, b in zip(part, stream, strict=True))
