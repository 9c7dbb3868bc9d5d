"""ECDSA on P-256 over SHA-256, in DER: how everything here is signed, but for what agencies receive (JWS)."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_ECDSA = ec.ECDSA(hashes.SHA256())


def sign(content: bytes, *, by: ec.EllipticCurvePrivateKey) -> bytes:
    """The signature over a content."""
    return by.sign(content, _ECDSA)


def holds(signature: bytes, content: bytes, *, by: ec.EllipticCurvePublicKey) -> bool:
    """Whether the owner of the key signed this content; whatever the signature is made of."""
    try:
        by.verify(signature, content, _ECDSA)
    except InvalidSignature:
        return False
    return True
