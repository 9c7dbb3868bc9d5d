"""Sealing and opening personal data; `ketuk_events.sealed` describes the envelope.

A data key is random, never stored, and wrapped for one recipient; the sender signs the wrap, and uses it for
a while.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import count

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from msgspec import structs

from chassis.crypto.signature import holds, sign
from ketuk_events.names import from_timestamp, to_timestamp
from ketuk_events.sealed import KeyWrap, Sealed

_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
_INFO = b"ketuk data key v1"
_WRAP_LIVES = timedelta(hours=1)
WRAP_SERVES = 1_000
"""Contents under one data key: far from where random nonces could meet (NIST SP 800-38D: 2**32)."""
WRAPS_KEPT = 4_096
"""Wraps that an opener remembers, of about 1 KB each."""
KEYS_KEPT = 1_024
"""Identities that were read and are remembered, of less than 1 KB each: a tenth of what a new wrap costs."""
_CLOCK_SLACK = timedelta(minutes=5)
_UNKNOWN = "a key of no known kind, or on no known curve"
_BLOCK = re.compile("-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----\n?", re.DOTALL)

PrivateKey = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey


class BrokenSeal(Exception):
    """The content is not what its sender sealed, or not for us; `str()` says which, without content."""


class OtherRecipient(BrokenSeal):
    """Its sender signed it, and sealed it for a key that is not among ours."""


def private_key(pem: str) -> PrivateKey:
    """A P-256 private key. Raises ValueError for anything else."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        raise ValueError("the private key is locked by a password") from None
    except UnsupportedAlgorithm:
        raise ValueError(_UNKNOWN) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 private key")  # noqa: TRY004  a wrong key file is a wrong value
    return key


def public_key(pem: str) -> PublicKey:
    """A P-256 public key. Raises ValueError for anything else."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except UnsupportedAlgorithm:
        raise ValueError(_UNKNOWN) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("not a P-256 public key")  # noqa: TRY004  the same
    return key


def private_keys(pem: str) -> tuple[PrivateKey, ...]:
    """One or several P-256 private keys, the newest first: while keys are replaced, both open.

    Raises ValueError for anything else.
    """
    return tuple(map(private_key, _BLOCK.findall(pem))) or (private_key(pem),)


@lru_cache(maxsize=KEYS_KEPT)
def public_keys(pem: str) -> tuple[PublicKey, ...]:
    """One or several P-256 public keys, of which each counts. Raises ValueError for anything else."""
    return tuple(map(public_key, _BLOCK.findall(pem))) or (public_key(pem),)


def private_pem(key: PrivateKey) -> str:
    """The key in PEM, open: for a file that only its owner reads."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def public_pem(key: PublicKey) -> str:
    """The key in PEM."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def key_id(key: PublicKey) -> str:
    """The first 16 hex digits of SHA-256 over the key's SubjectPublicKeyInfo."""
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return sha256(encoded).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True, slots=True)
class _DataKey:
    """A data key in use: what it is wrapped in, and how long and how often it may serve."""

    recipient: PublicKey
    wrap: KeyWrap
    part: bytes
    cipher: AESGCM
    made: datetime
    uses: Iterator[int]

    def serves(self, now: datetime) -> bool:
        """Whether one more content may be sealed under it; counts."""
        return self.made <= now < self.made + _WRAP_LIVES and next(self.uses) < WRAP_SERVES


class Sealer:
    """Seals for one recipient in the name of one sender (its account on the bus).

    A data key serves for an hour or for 1,000 contents, whichever ends first, and never leaves this process.
    """

    def __init__(
        self,
        *,
        sender: str,
        identity: PrivateKey,
        recipient: PublicKey | Callable[[datetime], PublicKey],
    ) -> None:
        """`recipient`: the one key to seal for, or which it is at a moment (`Recipients.newest`)."""
        self.sender = sender
        self._identity = identity
        self._recipient = recipient if callable(recipient) else lambda _: recipient
        self._current: _DataKey | None = None

    def seal(self, content: bytes, *, now: datetime) -> Sealed:
        """Seal a content."""
        recipient = self._recipient(now)
        if self._current is None or self._current.recipient is not recipient or not self._current.serves(now):
            self._current = self._new(now, recipient)
            next(self._current.uses)
        nonce = secrets.token_bytes(12)
        ciphertext = self._current.cipher.encrypt(nonce, content, self._current.part)
        return Sealed(wrap=self._current.wrap, nonce=nonce, ciphertext=ciphertext)

    def _new(self, now: datetime, recipient: PublicKey) -> _DataKey:
        data_key = secrets.token_bytes(32)
        unsigned = KeyWrap(
            recipient=key_id(recipient),
            sender=self.sender,
            valid_until=to_timestamp(now.astimezone(UTC) + _WRAP_LIVES),
            wrapped=_SUITE.encrypt(data_key, recipient, info=_INFO),
            signature=b"",
        )
        part = unsigned.signed_part()
        wrap = structs.replace(unsigned, signature=sign(part, by=self._identity))
        return _DataKey(
            recipient=recipient, wrap=wrap, part=part, cipher=AESGCM(data_key), made=now, uses=count()
        )


class Opener:
    """Opens what was sealed for us, with whichever of our keys it was sealed for.

    What a wrap held is remembered for the identities that it was checked against, so that only the first
    content under it costs a signature and an unwrapping.
    """

    def __init__(self, *, keys: Sequence[PrivateKey]) -> None:
        self._keys = {key_id(key.public_key()): key for key in keys}
        self._unwrapped = lru_cache(maxsize=WRAPS_KEPT)(self._unwrap)

    def open(self, sealed: Sealed, *, sender: str, identities: str, sealed_at: datetime) -> bytes:
        """The content, once sender, signature, validity at the time of sealing and integrity hold.

        `identities`: the sender's public keys in PEM, of which each counts.

        Raises BrokenSeal where any of them does not.
        """
        wrap = sealed.wrap
        if wrap.sender != sender:
            raise BrokenSeal("sealed in another's name")
        part, cipher = self._unwrapped(wrap, identities)
        if not _valid(wrap, sealed_at):
            raise BrokenSeal("the wrap had expired")
        try:
            return cipher.decrypt(sealed.nonce, sealed.ciphertext, part)
        except InvalidTag:
            raise BrokenSeal("the content was altered") from None

    def _unwrap(self, wrap: KeyWrap, identities: str) -> tuple[bytes, AESGCM]:
        part = wrap.signed_part()
        if not any(holds(wrap.signature, part, by=identity) for identity in public_keys(identities)):
            raise BrokenSeal("the wrap is not signed by its sender")
        key = self._keys.get(wrap.recipient)
        if key is None:
            raise OtherRecipient("sealed for another key")
        try:
            return part, AESGCM(_SUITE.decrypt(wrap.wrapped, key, info=_INFO))
        except (InvalidTag, ValueError):
            raise BrokenSeal("the content was altered") from None


def _valid(wrap: KeyWrap, sealed_at: datetime) -> bool:
    try:
        until = from_timestamp(wrap.valid_until)
    except ValueError:
        return False
    return timedelta() <= until - sealed_at <= _WRAP_LIVES + _CLOCK_SLACK
