from hashlib import sha256
from hmac import HMAC

from registry.card_refs import card_ref

KEY = bytes(range(32))


def test_a_card_is_named_by_a_keyed_hash_of_its_uid() -> None:
    uid = bytes.fromhex("8004a1b2c3d4e5f6")
    assert card_ref(uid, key=KEY) == HMAC(KEY, uid, sha256).hexdigest()
    assert card_ref(uid, key=bytes(32)) != card_ref(uid, key=KEY)


def test_the_seven_bytes_of_a_type_a_card_are_led_by_80() -> None:
    seven = bytes.fromhex("04a1b2c3d4e5f6")
    assert card_ref(seven, key=KEY) == card_ref(b"\x80" + seven, key=KEY)
