"""Fuzz target: of an envelope nothing but what was sealed is ever opened.

Steps alter an envelope field by field; steps that alter nothing leave the honest one.
"""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from chassis.crypto.sealing import BrokenSeal, Opener, Sealer, public_pem
from ketuk_events.sealed import KeyWrap, Sealed
from tests.fuzz.whim import Whim
from tests.unit.verification.given import NOW

SENDER, CONTENT = "3372.kelurahan-jebres", b"seventeen letters"
IDENTITY, RECIPIENT = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
PEM = public_pem(IDENTITY.public_key())
HONEST = Sealer(sender=SENDER, identity=IDENTITY, recipient=RECIPIENT.public_key()).seal(CONTENT, now=NOW)
OF_THE_WRAP = KeyWrap.__struct_fields__
OUTSIDE = ("nonce", "ciphertext")
FIELDS = (*OF_THE_WRAP, *OUTSIDE)


def once(raw: bytes) -> None:
    whim = Whim(raw)
    altered = HONEST
    while step := whim.text(3):
        altered = _altered(altered, FIELDS[step[0] % len(FIELDS)], step.ljust(3, b"\0"))
    try:
        sealed = msgspec.json.decode(msgspec.json.encode(altered), type=Sealed)
    except msgspec.ValidationError:
        return
    is_signed = _signed(sealed) == _signed(HONEST)
    try:
        content = Opener(keys=(RECIPIENT,)).open(
            sealed, sender=SENDER, identities=PEM, sealed_at=NOW + timedelta(seconds=1)
        )
    except BrokenSeal:
        if sealed == HONEST:
            raise
    else:
        assert content == CONTENT
        assert is_signed, "what nobody signed is opened"


def seeds() -> Iterator[bytes]:
    yield b""
    for number in range(len(FIELDS)):
        yield bytes((number, 0, 1))
        yield bytes((number, 9, 255, number, 200, 7))


def _altered(sealed: Sealed, name: str, step: bytes) -> Sealed:
    """One byte is another, or the end is missing where there is no such place."""
    owner: Sealed | KeyWrap = sealed if name in OUTSIDE else sealed.wrap
    before = getattr(owner, name)
    held = bytearray(before if isinstance(before, bytes) else before.encode())
    if not held:
        return sealed
    if step[1] == 255:
        del held[-1 - step[2] % len(held) :]
    else:
        held[step[1] % len(held)] ^= step[2]
    after = bytes(held) if isinstance(before, bytes) else held.decode(errors="replace")
    if name in OUTSIDE:
        return structs.replace(sealed, **{name: after})
    return structs.replace(sealed, wrap=structs.replace(sealed.wrap, **{name: after}))


def _signed(sealed: Sealed) -> tuple[bytes, bytes, bytes]:
    return sealed.wrap.signed_part(), sealed.nonce, sealed.ciphertext
