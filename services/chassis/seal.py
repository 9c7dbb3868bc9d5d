"""Sealing and opening personal data; `ketuk_events.sealed` describes the envelope.

A data key is random, never stored, and wrapped for one recipient; the sender signs the wrap.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from ketuk_events.names import from_timestamp, to_timestamp
from ketuk_events.sealed import KeyWrap, Sealed

_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
_INFO = b"ketuk data key v1"
_ECDSA = ec.ECDSA(hashes.SHA256())
_WRAP_LIVES = timedelta(hours=1)
_CLOCK_SLACK = timedelta(minutes=5)
_BLOCK = re.compile("-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----\n?", re.DOTALL)

PrivateKey = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey


class BrokenSeal(Exception):
    """The content is not what its sender sealed, or not for us; `str()` says which, without content."""


def private_key(pem: str) -> PrivateKey:
    """A P-256 private key. Raises ValueError for anything else."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        raise ValueError("the private key is locked by a password") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 private key")  # noqa: TRY004  a wrong key file is a wrong value
    return key


def public_key(pem: str) -> PublicKey:
    """A P-256 public key. Raises ValueError for anything else."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 public key")  # noqa: TRY004  the same
    return key


def private_keys(pem: str) -> tuple[PrivateKey, ...]:
    """One or several P-256 private keys, the newest first: while keys are replaced, both open.

    Raises ValueError for anything else.
    """
    return tuple(map(private_key, _BLOCK.findall(pem))) or (private_key(pem),)


def public_keys(pem: str) -> tuple[PublicKey, ...]:
    """One or several P-256 public keys, of which each counts. Raises ValueError for anything else."""
    return tuple(map(public_key, _BLOCK.findall(pem))) or (public_key(pem),)


def key_id(key: PublicKey) -> str:
    """The first 16 hex digits of SHA-256 over the key's SubjectPublicKeyInfo."""
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return sha256(encoded).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Sealer:
    """Seals for one recipient in the name of one sender (its account on the bus)."""

    sender: str
    identity: PrivateKey
    recipient: PublicKey

    def seal(self, content: bytes, *, now: datetime) -> Sealed:
        """Seal under a new data key."""
        data_key = secrets.token_bytes(32)
        unsigned = KeyWrap(
            recipient=key_id(self.recipient),
            sender=self.sender,
            valid_until=to_timestamp(now.astimezone(UTC) + _WRAP_LIVES),
            wrapped=_SUITE.encrypt(data_key, self.recipient, info=_INFO),
            signature=b"",
        )
        part = unsigned.signed_part()
        wrap = KeyWrap(
            recipient=unsigned.recipient,
            sender=unsigned.sender,
            valid_until=unsigned.valid_until,
            wrapped=unsigned.wrapped,
            signature=self.identity.sign(part, _ECDSA),
        )
        nonce = secrets.token_bytes(12)
        return Sealed(wrap=wrap, nonce=nonce, ciphertext=AESGCM(data_key).encrypt(nonce, content, part))


@dataclass(frozen=True, kw_only=True)
class Opener:
    """Opens what was sealed for us, with whichever of our keys it was sealed for."""

    keys: tuple[PrivateKey, ...]

    def open(
        self, sealed: Sealed, *, sender: str, identities: Sequence[PublicKey], sealed_at: datetime
    ) -> bytes:
        """The content, once sender, signature, validity at the time of sealing and integrity hold.

        Raises BrokenSeal where any of them does not.
        """
        wrap = sealed.wrap
        if wrap.sender != sender:
            raise BrokenSeal("sealed in another's name")
        part = wrap.signed_part()
        if not any(_signed(part, wrap.signature, by=identity) for identity in identities):
            raise BrokenSeal("the wrap is not signed by its sender")
        if not _valid(wrap, sealed_at):
            raise BrokenSeal("the wrap had expired")
        key = next((key for key in self.keys if key_id(key.public_key()) == wrap.recipient), None)
        if key is None:
            raise BrokenSeal("sealed for another key")
        try:
            data_key = _SUITE.decrypt(wrap.wrapped, key, info=_INFO)
            return AESGCM(data_key).decrypt(sealed.nonce, sealed.ciphertext, part)
        except (InvalidTag, ValueError):
            raise BrokenSeal("the content was altered") from None


def _signed(part: bytes, signature: bytes, *, by: PublicKey) -> bool:
    try:
        by.verify(signature, part, _ECDSA)
    except InvalidSignature:
        return False
    return True


def _valid(wrap: KeyWrap, sealed_at: datetime) -> bool:
    try:
        until = from_timestamp(wrap.valid_until)
    except ValueError:
        return False
    return until - _WRAP_LIVES - _CLOCK_SLACK <= sealed_at <= until
