from hashlib import sha256
from hmac import HMAC

import msgspec

from ketuk_events.projection import CardStatusChanged
from registry.pseudonyms.card_refs import card_ref, holder_ref
from verification.rules.card_ref import holder_ref as as_verification_names_it

KEY = bytes(range(32))


def test_a_card_is_named_by_a_keyed_hash_of_its_uid() -> None:
    uid = bytes.fromhex("8004a1b2c3d4e5f6")
    assert card_ref(uid, key=KEY) == HMAC(KEY, uid, sha256).hexdigest()
    assert card_ref(uid, key=bytes(32)) != card_ref(uid, key=KEY)


def test_the_seven_bytes_of_a_type_a_card_are_led_by_80() -> None:
    seven = bytes.fromhex("04a1b2c3d4e5f6")
    assert card_ref(seven, key=KEY) == card_ref(b"\x80" + seven, key=KEY)


def test_a_holder_is_named_by_a_keyed_hash_of_the_nik_as_verification_names_them() -> None:
    nik = "3372990101900001"
    own = HMAC(KEY, b"holder", sha256).digest()
    assert holder_ref(nik, key=KEY) == HMAC(own, nik.encode(), sha256).hexdigest()
    assert holder_ref(nik, key=KEY) == as_verification_names_it(nik, key=KEY)
    assert holder_ref(nik, key=bytes(32)) != holder_ref(nik, key=KEY)


def test_a_card_of_which_nobody_knows_whose_it_is_is_told_as_it_always_was() -> None:
    card = CardStatusChanged(card_ref="a" * 64, status="active", version=2)
    said = msgspec.json.encode(card)
    assert msgspec.json.decode(said) == {"card_ref": "a" * 64, "status": "active", "version": 2}
    assert msgspec.json.decode(said, type=CardStatusChanged) == card
