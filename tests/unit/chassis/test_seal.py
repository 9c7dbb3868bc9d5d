import secrets
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from chassis.crypto.sealing import (
    WRAP_SERVES,
    BrokenSeal,
    Opener,
    Sealer,
    key_id,
    private_key,
    private_keys,
    public_key,
)
from chassis.crypto.signature import sign
from dev.stack.secret_files import private_pem, public_pem
from ketuk_events.sealed import Sealed

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
SENDER, RECIPIENT, STRANGER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
CONTENT = b'{"uid":"secret"}'


def sealer() -> Sealer:
    return Sealer(sender="3372.kelurahan-jebres", identity=SENDER, recipient=RECIPIENT.public_key())


SEALER = sealer()


def opened(
    sealed: Sealed,
    *,
    by: ec.EllipticCurvePrivateKey = RECIPIENT,
    sender: str = SEALER.sender,
    identity: ec.EllipticCurvePrivateKey = SENDER,
    sealed_at: datetime = NOW,
    opener: Opener | None = None,
) -> bytes:
    return (opener or Opener(keys=(by,))).open(
        sealed, sender=sender, identities=public_pem(identity), sealed_at=sealed_at
    )


@given(st.binary(max_size=5000))
def test_what_was_sealed_opens_for_its_recipient(content: bytes) -> None:
    sealed = SEALER.seal(content, now=NOW)
    assert opened(sealed) == content
    assert len(content) < 8 or content not in sealed.ciphertext


def with_wrap(**changed: str | bytes) -> Callable[[Sealed], Sealed]:
    return lambda sealed: structs.replace(sealed, wrap=structs.replace(sealed.wrap, **changed))


def flipped(sealed: Sealed) -> Sealed:
    altered = bytes((sealed.ciphertext[0] ^ 1,)) + sealed.ciphertext[1:]
    return structs.replace(sealed, ciphertext=altered)


def under_another_wrap(sealed: Sealed) -> Sealed:
    return structs.replace(sealed, wrap=sealer().seal(b"other", now=NOW).wrap)


@pytest.mark.parametrize(
    ("altered", "reason"),
    [
        (flipped, "the content was altered"),
        (under_another_wrap, "the content was altered"),
        (with_wrap(valid_until="2036-01-01T00:00:00.000Z"), "the wrap is not signed by its sender"),
        (with_wrap(wrapped=bytes(97)), "the wrap is not signed by its sender"),
        (with_wrap(recipient="0" * 16), "the wrap is not signed by its sender"),
        (with_wrap(sender="3372.other"), "sealed in another's name"),
    ],
)
def test_what_was_altered_does_not_open(altered: Callable[[Sealed], Sealed], reason: str) -> None:
    with pytest.raises(BrokenSeal, match=reason):
        opened(altered(SEALER.seal(CONTENT, now=NOW)))


def test_nobody_else_can_open_it() -> None:
    with pytest.raises(BrokenSeal, match="sealed for another key"):
        opened(SEALER.seal(CONTENT, now=NOW), by=STRANGER)


def test_a_seal_of_another_identity_does_not_open() -> None:
    with pytest.raises(BrokenSeal, match="not signed by its sender"):
        opened(SEALER.seal(CONTENT, now=NOW), identity=STRANGER)


@pytest.mark.parametrize("late", [timedelta(hours=2), timedelta(hours=-2)])
def test_a_wrap_serves_for_its_hour_only(late: timedelta) -> None:
    with pytest.raises(BrokenSeal, match="the wrap had expired"):
        opened(SEALER.seal(CONTENT, now=NOW), sealed_at=NOW + late)


def signed(sealed: Sealed, **fields: object) -> Sealed:
    """With another wrap, which its sender did sign."""
    wrap = structs.replace(sealed.wrap, **fields)
    return structs.replace(sealed, wrap=structs.replace(wrap, signature=sign(wrap.signed_part(), by=SENDER)))


@pytest.mark.parametrize("until", ["0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"])
def test_a_wrap_of_another_age_serves_for_nothing(until: str) -> None:
    with pytest.raises(BrokenSeal, match="the wrap had expired"):
        opened(signed(SEALER.seal(CONTENT, now=NOW), valid_until=until))


@given(
    wrapped=st.binary(max_size=512) | st.binary(min_size=65, max_size=65).map(lambda some: b"\4" + some[1:])
)
def test_whatever_its_sender_wraps_it_is_a_broken_seal(wrapped: bytes) -> None:
    with pytest.raises(BrokenSeal, match="the content was altered"):
        opened(signed(SEALER.seal(CONTENT, now=NOW), wrapped=wrapped))


def test_a_private_key_that_is_locked_is_refused_as_a_wrong_value() -> None:
    locked = SENDER.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(secrets.token_bytes(16)),
    )
    with pytest.raises(ValueError, match="locked by a password"):
        private_key(locked.decode())


@pytest.mark.parametrize("place", [11, 17], ids=["of another kind", "on another curve"])
def test_a_key_that_nobody_knows_is_refused_as_a_wrong_value(place: int) -> None:
    key = bytearray(
        SENDER.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    key[place] ^= 1
    pem = f"-----BEGIN PUBLIC KEY-----\n{b64encode(key).decode()}\n-----END PUBLIC KEY-----\n"
    with pytest.raises(ValueError, match="of no known kind"):
        public_key(pem)


def test_a_key_is_named_by_its_digest() -> None:
    sealed = SEALER.seal(CONTENT, now=NOW)
    assert sealed.wrap.recipient == key_id(RECIPIENT.public_key()) != key_id(SENDER.public_key())


def test_while_a_key_is_replaced_both_open_and_either_signature_counts() -> None:
    new, old = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    both = private_keys(private_pem(new) + private_pem(old))
    identities = public_pem(STRANGER) + public_pem(SENDER)
    for recipient in (new, old):
        sealing = Sealer(sender=SEALER.sender, identity=SENDER, recipient=recipient.public_key())
        sealed = sealing.seal(CONTENT, now=NOW)
        assert (
            Opener(keys=both).open(sealed, sender=SEALER.sender, identities=identities, sealed_at=NOW)
            == CONTENT
        )
    with pytest.raises(BrokenSeal, match="another key"):
        Opener(keys=private_keys(private_pem(new))).open(
            sealed, sender=SEALER.sender, identities=identities, sealed_at=NOW
        )


def test_what_is_no_key_is_refused_among_several_too() -> None:
    for wrong in (
        "",
        "nonsense",
        private_pem(SENDER) + "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n",
    ):
        with pytest.raises(ValueError):  # noqa: PT011  whatever the library says
            private_keys(wrong)


def test_a_wrap_serves_a_thousand_contents_and_no_more() -> None:
    sealing = sealer()
    wraps = [sealing.seal(CONTENT, now=NOW).wrap for _ in range(2 * WRAP_SERVES)]
    assert [len(set(half)) for half in (wraps[:WRAP_SERVES], wraps[WRAP_SERVES:], wraps)] == [1, 1, 2]


@pytest.mark.parametrize(
    ("later", "same"),
    [
        (timedelta(minutes=59), True),
        (timedelta(minutes=60), False),
        (timedelta(seconds=-1), False),  # a clock that was set back
    ],
)
def test_a_wrap_is_reused_within_its_hour_only(later: timedelta, *, same: bool) -> None:
    sealing = sealer()
    first = sealing.seal(CONTENT, now=NOW)
    second = sealing.seal(CONTENT, now=NOW + later)
    assert (first.wrap == second.wrap) is same
    assert first.nonce != second.nonce


def test_a_wrap_that_was_opened_once_is_still_held_to_its_sender_identity_and_hour() -> None:
    opener, sealed = Opener(keys=(RECIPIENT,)), sealer().seal(CONTENT, now=NOW)
    assert opened(sealed, opener=opener) == CONTENT
    with pytest.raises(BrokenSeal, match="another's name"):
        opened(sealed, opener=opener, sender="3372.other")
    with pytest.raises(BrokenSeal, match="not signed"):
        opened(sealed, opener=opener, identity=STRANGER)
    with pytest.raises(BrokenSeal, match="expired"):
        opened(sealed, opener=opener, sealed_at=NOW + timedelta(hours=2))
    with pytest.raises(BrokenSeal, match="altered"):
        opened(flipped(sealed), opener=opener)


def test_only_the_first_content_under_a_wrap_costs_an_unwrapping() -> None:
    one = sealer()
    under_one = [one.seal(CONTENT, now=NOW) for _ in range(50)]
    under_many = [sealer().seal(CONTENT, now=NOW) for _ in range(50)]
    assert 3 * seconds_to_open(under_one) < seconds_to_open(under_many)


def seconds_to_open(contents: list[Sealed]) -> float:
    opener, began = Opener(keys=(RECIPIENT,)), process_time()
    for each in contents:
        opened(each, opener=opener)
    return process_time() - began
