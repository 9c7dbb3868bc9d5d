"""The name of a card on the bus: a keyed hash of its UID, which itself never leaves a seal."""

import hmac

_WHOLE = 8


def card_ref(uid: bytes, *, key: bytes) -> str:
    """HMAC-SHA256 in hex of the UID's 8 bytes; the registry computes the same.

    The UID of a type A card, 7 bytes, is held as 80 and those.
    """
    return hmac.digest(key, uid.rjust(_WHOLE, b"\x80"), "sha256").hex()
