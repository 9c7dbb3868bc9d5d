"""The card's digital signature, EF 6FF6: 80 bytes, a header of eight and an ECDSA signature in DER.

The signature covers EF 6FF1 (biodata) and EF 6FF2 (photo), one after the other, each with its length bytes.
"""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LENGTH = 80

_VERSION = 1
_KEY_ID_LENGTH = 4
_HEADER_LENGTH = 8


def sign(key: ec.EllipticCurvePrivateKey, *, biodata_file: bytes, photo_file: bytes) -> bytes:
    """Returns EF 6FF6 for these two files."""
    der = key.sign(biodata_file + photo_file, ec.ECDSA(SHA256()))
    header = bytes((_VERSION,)) + key_id(key.public_key()) + bytes((0, 0, len(der)))
    return (header + der).ljust(LENGTH, b"\0")


def holds(
    key: ec.EllipticCurvePublicKey, signature_file: bytes, *, biodata_file: bytes, photo_file: bytes
) -> bool:
    """Tells whether `key`'s owner signed these two files."""
    if len(signature_file) != LENGTH or signature_file[0] != _VERSION:
        return False
    der = signature_file[_HEADER_LENGTH : _HEADER_LENGTH + signature_file[_HEADER_LENGTH - 1]]
    try:
        key.verify(der, biodata_file + photo_file, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def key_id(key: ec.EllipticCurvePublicKey) -> bytes:
    """Returns the four bytes that name a signer in the header."""
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return hashlib.sha256(point).digest()[:_KEY_ID_LENGTH]
