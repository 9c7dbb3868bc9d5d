"""The envelope in which personal data crosses the bus (docs/architecture.md, Personal data).

The content is sealed with AES-256-GCM under a random data key. The data key is wrapped for one recipient
with HPKE (RFC 9180, DHKEM(P-256), HKDF-SHA256, AES-128-GCM), and the sender signs the wrap with ECDSA P-256.
"""

from typing import Annotated

from msgspec import Meta, Struct

from ketuk_events.names import LINE, Timestamp


class KeyWrap(Struct, frozen=True, kw_only=True):
    """A data key that only the recipient can unwrap, with the sender's signature over all the rest."""

    recipient: Annotated[str, Meta(max_length=64, pattern=LINE, description="Id of the recipient's key.")]
    sender: Annotated[str, Meta(max_length=64, pattern=LINE, description="Account of the sender on the bus.")]
    valid_until: Timestamp
    wrapped: Annotated[bytes, Meta(max_length=512, description="HPKE: encapsulated key, then ciphertext.")]
    signature: Annotated[bytes, Meta(max_length=128, description="DER, over `signed_part`.")]

    def signed_part(self) -> bytes:
        """The bytes that the signature covers."""
        return b"\x00".join(
            (
                b"ketuk wrap v1",
                self.recipient.encode(),
                self.sender.encode(),
                self.valid_until.encode(),
                self.wrapped,
            )
        )


class Sealed(Struct, frozen=True, kw_only=True):
    """Content for one recipient."""

    wrap: KeyWrap
    nonce: Annotated[bytes, Meta(min_length=12, max_length=12)]
    ciphertext: Annotated[bytes, Meta(max_length=131_072)]
