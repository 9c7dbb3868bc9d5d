"""How a card and a SAM convince each other that they hold the same keys.

The card sends eight random bytes. The SAM answers with a token of 40 bytes that repeats them beside random
bytes of its own and half of the session's secret; the card's answer, 40 bytes too, turns the order of the
random bytes round and brings the other half.
"""

from dataclasses import dataclass

from simulator.secure_messaging import SessionKeys
from simulator.symmetric import BLOCK, MAC_LENGTH, authentic, authentication_code, decrypt, derive, encrypt

CHALLENGE_LENGTH = 8
HALF_LENGTH = 16
TOKEN_LENGTH = 2 * CHALLENGE_LENGTH + HALF_LENGTH + MAC_LENGTH

_ZERO_IV = bytes(BLOCK)


@dataclass(frozen=True, slots=True)
class CardKeys:
    """The two keys that the issuer gave to one card, 16 bytes each."""

    encryption: bytes
    mac: bytes


@dataclass(frozen=True, slots=True)
class Token:
    """What one side tells the other: who is spoken to, who speaks, and half of the session's secret."""

    other: bytes
    own: bytes
    half: bytes


def seal(keys: CardKeys, token: Token) -> bytes:
    """Returns the 40 bytes that carry a token."""
    body = encrypt(keys.encryption, _ZERO_IV, token.other + token.own + token.half)
    return body + authentication_code(keys.mac, body)


def unseal(keys: CardKeys, sealed: bytes) -> Token | None:
    """Returns the token, or None where the other side does not hold these keys."""
    body, code = sealed[:-MAC_LENGTH], sealed[-MAC_LENGTH:]
    if len(sealed) != TOKEN_LENGTH or not authentic(keys.mac, body, code):
        return None
    clear = decrypt(keys.encryption, _ZERO_IV, body)
    return Token(
        other=clear[:CHALLENGE_LENGTH],
        own=clear[CHALLENGE_LENGTH : 2 * CHALLENGE_LENGTH],
        half=clear[2 * CHALLENGE_LENGTH :],
    )


def session_keys(*, sam_half: bytes, card_half: bytes) -> SessionKeys:
    """Returns the keys of the session that both halves make."""
    secret = bytes(a ^ b for a, b in zip(sam_half, card_half, strict=True))
    context = sam_half + card_half
    return SessionKeys(
        encryption=derive(secret, "session encryption", context),
        mac=derive(secret, "session mac", context),
    )
