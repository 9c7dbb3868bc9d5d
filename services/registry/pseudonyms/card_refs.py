"""A card's name on the bus and in the registry instead of its UID, and its holder's instead of the NIK."""

import hmac

_TYPE_A = 7


def card_ref(uid: bytes, *, key: bytes) -> str:
    """HMAC-SHA256 of the UID, as hexadecimal digits; verification computes the same.

    A UID has 8 bytes; the 7 of a type A card are led by 80, as the card's own readers do it.
    """
    whole = b"\x80" + uid if len(uid) == _TYPE_A else uid
    return hmac.new(key, whole, "sha256").hexdigest()


def holder_ref(nik: str, *, key: bytes) -> str:
    """HMAC-SHA256 of a NIK, as hexadecimal digits, under a key of its own; verification computes the same."""
    own = hmac.new(key, b"holder", "sha256").digest()
    return hmac.new(own, nik.encode(), "sha256").hexdigest()
