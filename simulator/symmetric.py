"""The simulated cards' symmetric cryptography: AES-CMAC, AES-CBC and AES-CTR."""

import hmac

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, CTR
from cryptography.hazmat.primitives.cmac import CMAC

BLOCK = 16
MAC_LENGTH = 8


def derive(key: bytes, label: str, context: bytes) -> bytes:
    """Returns a 16-byte key for one use."""
    cmac = CMAC(AES(key))
    cmac.update(label.encode() + b"\0" + context)
    return cmac.finalize()


def authentication_code(key: bytes, message: bytes) -> bytes:
    """Returns the first eight bytes of the message's CMAC."""
    cmac = CMAC(AES(key))
    cmac.update(message)
    return cmac.finalize()[:MAC_LENGTH]


def authentic(key: bytes, message: bytes, code: bytes) -> bool:
    """Tells whether `code` belongs to the message."""
    return hmac.compare_digest(authentication_code(key, message), code)


def encrypt(key: bytes, iv: bytes, blocks: bytes) -> bytes:
    """Encrypts whole blocks with AES-CBC."""
    encryptor = Cipher(AES(key), CBC(iv)).encryptor()
    return encryptor.update(blocks) + encryptor.finalize()


def decrypt(key: bytes, iv: bytes, blocks: bytes) -> bytes:
    """Undoes `encrypt`."""
    decryptor = Cipher(AES(key), CBC(iv)).decryptor()
    return decryptor.update(blocks) + decryptor.finalize()


def keystream(key: bytes, start: bytes, length: int) -> bytes:
    """Returns `length` bytes of AES-CTR from the counter block `start`."""
    return Cipher(AES(key), CTR(start)).encryptor().update(bytes(length))
