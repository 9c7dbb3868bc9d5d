"""The simulated issuer: the key that signs the cards' data, and the secret that their own keys come from."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from simulator.card_authentication import CardKeys
from simulator.symmetric import derive


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whoever makes genuine cards. Cards and SAMs of one issuer understand each other, and no others."""

    signing_key: ec.EllipticCurvePrivateKey
    master_key: bytes

    @classmethod
    def generate(cls) -> Self:
        """Returns a new issuer."""
        return cls(signing_key=ec.generate_private_key(ec.SECP256R1()), master_key=secrets.token_bytes(16))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Returns the issuer that `save` wrote.

        Raises:
            OSError: The file cannot be read.
            ValueError: The file holds no issuer.
        """
        try:
            fields = json.loads(path.read_text())
            return cls(
                signing_key=_signing_key(fields["signing_key"]),
                master_key=bytes.fromhex(fields["master_key"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} holds no issuer of simulated cards") from error

    def save(self, path: Path) -> None:
        """Writes the issuer to a new file that only its owner may read.

        Raises:
            FileExistsError: There is such a file; its cards would die with the issuer in it.
        """
        pem = self.signing_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        fields = {"signing_key": pem.decode(), "master_key": self.master_key.hex()}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(fields, file)

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Returns the key that the data on this issuer's cards is checked with."""
        return self.signing_key.public_key()

    def public_key_pem(self) -> bytes:
        """Returns the same in PEM."""
        return self.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def card_keys(self, *, uid8: bytes, control: bytes) -> CardKeys:
        """Returns the keys of the card with this UID (eight bytes) and this card control data."""
        return CardKeys(
            encryption=derive(self.master_key, "card encryption", uid8 + control),
            mac=derive(self.master_key, "card mac", uid8 + control),
        )

    def file_key(self, *, uid8: bytes) -> bytes:
        """Returns the key that this card's handwriting and fingerprints rest under."""
        return derive(self.master_key, "files", uid8)


def _signing_key(pem: str) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the signing key is of another kind than ECDSA")
    return key
