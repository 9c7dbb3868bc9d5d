import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from chassis.seal import BrokenSeal, Opener, Sealer, key_id, private_key, private_keys, public_keys
from dev.stack.secret_files import private_pem, public_pem
from ketuk_events.sealed import Sealed

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
SENDER, RECIPIENT, STRANGER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
SEALER = Sealer(sender="3372.kelurahan-jebres", identity=SENDER, recipient=RECIPIENT.public_key())
CONTENT = b'{"uid":"secret"}'


def opened(
    sealed: Sealed,
    *,
    by: ec.EllipticCurvePrivateKey = RECIPIENT,
    sender: str = SEALER.sender,
    identity: ec.EllipticCurvePrivateKey = SENDER,
    sealed_at: datetime = NOW,
) -> bytes:
    opener = Opener(keys=(by,))
    return opener.open(sealed, sender=sender, identities=[identity.public_key()], sealed_at=sealed_at)


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
    return structs.replace(sealed, wrap=SEALER.seal(b"other", now=NOW).wrap)


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


def test_a_private_key_that_is_locked_is_refused_as_a_wrong_value() -> None:
    locked = SENDER.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(secrets.token_bytes(16)),
    )
    with pytest.raises(ValueError, match="locked by a password"):
        private_key(locked.decode())


def test_a_key_is_named_by_its_digest() -> None:
    sealed = SEALER.seal(CONTENT, now=NOW)
    assert sealed.wrap.recipient == key_id(RECIPIENT.public_key()) != key_id(SENDER.public_key())


def test_while_a_key_is_replaced_both_open_and_either_signature_counts() -> None:
    new, old = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    both = private_keys(private_pem(new) + private_pem(old))
    identities = public_keys(public_pem(STRANGER) + public_pem(SENDER))
    for recipient in (new, old):
        sealer = Sealer(sender=SEALER.sender, identity=SENDER, recipient=recipient.public_key())
        sealed = sealer.seal(CONTENT, now=NOW)
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
