"""The city's root: an ECDSA P-256 key that signs the public keys for which personal data may be sealed.

Its private part is never with a service: an operator signs where it is kept, and the registry carries what
was signed.
"""

from msgspec import structs

from chassis.crypto.sealing import PrivateKey, PublicKey, key_id, public_key
from chassis.crypto.signature import holds, sign
from ketuk_events.projection import KeyPublished


def signed(key: KeyPublished, *, root: PrivateKey) -> KeyPublished:
    """The key with the root's signature."""
    return structs.replace(key, root_signature=sign(key.signed_part(), by=root))


def is_signed(key: KeyPublished, *, root: PublicKey) -> bool:
    """Whether the root's signature holds, and the key is the one that its id names."""
    try:
        named = key_id(public_key(key.public_key))
    except ValueError:
        return False
    return named == key.key_id and holds(key.root_signature, key.signed_part(), by=root)
