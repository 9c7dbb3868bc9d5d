"""What a gateway and the registry say to each other once, over HTTPS, when a gateway enrols."""

from typing import Annotated

from msgspec import Meta, Struct

from chassis.crypto.sealing import PrivateKey, public_key
from chassis.crypto.signature import holds, sign
from ketuk_events.names import Identifier, PlaceCode, Region
from ketuk_events.projection import KeyPublished, Pem


class Enrol(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gateway shows its code, its public key, and that it has the private one."""

    code: Annotated[str, Meta(max_length=100)]
    public_key: Pem
    proof: Annotated[bytes, Meta(max_length=128, description="ECDSA, DER, base64.")]

    def is_proven(self) -> bool:
        """Whether the proof was made with the private key, for this code."""
        try:
            key = public_key(self.public_key)
        except ValueError:
            return False
        return holds(self.proof, _proven(self.code, self.public_key), by=key)


class Enrolled(Struct, frozen=True, kw_only=True):
    """Who the gateway is from now on, and for whom it seals."""

    region: Region
    gateway: Identifier
    institution: Identifier
    place: PlaceCode
    root_public_key: Pem
    keys: tuple[KeyPublished, ...]


def enrol(*, code: str, identity: PrivateKey, pem: str) -> Enrol:
    """What a gateway with this identity sends; `pem` is its public key."""
    return Enrol(code=code, public_key=pem, proof=sign(_proven(code, pem), by=identity))


def _proven(code: str, pem: str) -> bytes:
    return b"\x00".join((b"ketuk enrolment v1", code.encode(), pem.encode()))
