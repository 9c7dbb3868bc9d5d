"""Verification's own check of the card's digital signature, EF 6FF6, with the issuer's public keys.

No public source tells the layout of the file. What is read here is an assumption (see
docs/decisions/0012-the-signature-is-checked-twice.md): version 1, four bytes that name the signer, two zero
bytes, the length of what follows, and an ECDSA P-256 signature in DER over SHA-256 of EF 6FF1 and EF 6FF2,
one after the other, each with its two bytes of length. What does not look so is not called false.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis.crypto.sealing import PublicKey, public_key
from chassis.crypto.signature import holds
from ketuk_events.evidence import Evidence
from ketuk_events.names import from_timestamp
from ketuk_events.projection import KeyPublished
from verification.rules.case import OwnCheck

_LENGTH, _VERSION = 80, 1
_NAME, _DER_LENGTH, _DER = slice(1, 5), 7, 8
_SAID = frozenset({"passed", "failed"})


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuerKey:
    """A public key of whoever signs the data on cards, and when a tap may count on it."""

    key: PublicKey
    name: bytes
    """As a card's signature file names it."""
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Issuers:
    """All issuers' keys that count."""

    are_configured: bool
    """Whether one was ever published: from then on the SAM's word alone is not enough, be it withdrawn."""
    keys: tuple[IssuerKey, ...]

    def check(self, evidence: Evidence, *, at: datetime) -> OwnCheck:
        """What our own check comes to for a tap that began `at` that moment."""
        if not self.are_configured:
            return OwnCheck.NOT_CONFIGURED
        valid = [key for key in self.keys if key.valid_from <= at < key.valid_until]
        name, der = _read(evidence.signature_file or b"")
        if evidence.signature.result not in _SAID or not valid or not der:
            return OwnCheck.NOT_POSSIBLE
        if evidence.biodata is None or evidence.photo is None:
            return OwnCheck.NOT_POSSIBLE
        # the one that the card names first: nearly always no other is tried
        valid.sort(key=lambda key: key.name != name)
        photo = _with_length(evidence.photo)
        signed = (_with_length(text) + photo for text in _as_on_card(evidence.biodata))
        held = any(holds(der, content, by=key.key) for content in signed for key in valid)
        return OwnCheck.HOLDS if held else OwnCheck.REFUTED


@lru_cache(maxsize=2)
def issuers(published: tuple[KeyPublished, ...]) -> Issuers:
    """Those among all published keys; one that is no key or has no dates counts for nothing."""
    told = [each for each in published if each.use == "issuer"]
    return Issuers(
        are_configured=bool(told),
        keys=tuple(key for each in told if not each.withdrawn for key in _usable(each)),
    )


def _usable(told: KeyPublished) -> Iterator[IssuerKey]:
    try:
        key = public_key(told.public_key)
        begins, ends = from_timestamp(told.valid_from), from_timestamp(told.valid_until)
    except ValueError:
        return
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    yield IssuerKey(key=key, name=sha256(point).digest()[:4], valid_from=begins, valid_until=ends)


def _read(file: bytes) -> tuple[bytes, bytes]:
    """The signer's name and the signature; no signature where the file is of another layout."""
    if len(file) != _LENGTH or file[0] != _VERSION or file[_DER_LENGTH] > _LENGTH - _DER:
        return b"", b""
    return file[_NAME], file[_DER : _DER + file[_DER_LENGTH]]


def _as_on_card(text: str) -> Iterator[bytes]:
    """The bytes of which a gateway can have read such a text: UTF-8, or Latin-1 that is no UTF-8."""
    utf8 = text.encode()
    yield utf8
    try:
        latin1 = text.encode("latin-1")
    except UnicodeEncodeError:
        return
    if latin1 != utf8 and not _is_utf8(latin1):
        yield latin1


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _with_length(content: bytes) -> bytes:
    return len(content).to_bytes(2, "big") + content
