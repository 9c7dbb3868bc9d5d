"""The names of a card and of its holder on the bus: keyed hashes of what itself never leaves a seal."""

import hmac
from dataclasses import dataclass

_WHOLE = 8


def card_ref(uid: bytes, *, key: bytes) -> str:
    """HMAC-SHA256 in hex of the UID's 8 bytes; the registry computes the same.

    The UID of a type A card, 7 bytes, is held as 80 and those.
    """
    return hmac.digest(key, uid.rjust(_WHOLE, b"\x80"), "sha256").hex()


def holder_ref(nik: str, *, key: bytes) -> str:
    """HMAC-SHA256 in hex of a NIK, under a key of its own; the registry computes the same."""
    return hmac.digest(hmac.digest(key, b"holder", "sha256"), nik.encode(), "sha256").hex()


@dataclass(frozen=True, kw_only=True, slots=True)
class CardHolder:
    """Whose a card is, as the registry told it; `key` is the one of the cards' names."""

    ref: str
    key: bytes

    def has(self, nik: str) -> bool:
        """Whether this is their NIK."""
        return hmac.compare_digest(holder_ref(nik, key=self.key), self.ref)
