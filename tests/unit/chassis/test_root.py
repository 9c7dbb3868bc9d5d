import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from chassis.crypto.root_key import is_signed, signed
from chassis.crypto.sealing import key_id
from dev.stack.secret_files import public_pem
from ketuk_events.projection import KeyPublished

ROOT, OTHER, KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
UNSIGNED = KeyPublished(
    key_id=key_id(KEY.public_key()),
    use="seal",
    owner="verification",
    public_key=public_pem(KEY),
    valid_from="2026-11-24T00:00:00.000Z",
    valid_until="2027-11-24T00:00:00.000Z",
    version=1,
)
SIGNED = signed(UNSIGNED, root=ROOT)


def test_what_the_root_signed_is_known_by_its_public_key() -> None:
    assert is_signed(SIGNED, root=ROOT.public_key())
    assert is_signed(structs.replace(SIGNED, version=2, withdrawn=True), root=ROOT.public_key())


@pytest.mark.parametrize(
    "forged",
    [
        UNSIGNED,
        signed(UNSIGNED, root=OTHER),
        structs.replace(SIGNED, use="issuer"),
        structs.replace(SIGNED, owner="registry"),
        structs.replace(SIGNED, valid_from="2026-11-25T00:00:00.000Z"),
        structs.replace(SIGNED, valid_until="2028-11-24T00:00:00.000Z"),
        structs.replace(SIGNED, public_key=public_pem(OTHER)),
        signed(structs.replace(UNSIGNED, public_key=public_pem(OTHER)), root=ROOT),
        signed(structs.replace(UNSIGNED, public_key="no key"), root=ROOT),
        structs.replace(SIGNED, root_signature=b"\x30\x44"),
    ],
)
def test_anything_else_is_not_signed(forged: KeyPublished) -> None:
    assert not is_signed(forged, root=ROOT.public_key())
