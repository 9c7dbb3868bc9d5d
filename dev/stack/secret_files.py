"""Generates every password and key of a private stack, below one folder that only its owner reads.

Each service has a folder of its own (`KETUK_SECRETS_DIR`); a file is named as the setting it fills.
"""

import json
import secrets
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

GATEWAYS = ("kelurahan-jebres", "polresta-surakarta")
AGENCIES = ("kelurahan-jebres", "polresta-surakarta")
REGION = "3372"
_PASSWORDS = ("postgres", "verification", "registry", "registry_owner", "rabbitmq", "grafana")


class SecretFiles:
    """The secrets of one stack or one city."""

    def __init__(self, *, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def made(cls, *, folder: Path) -> Self:
        """Those in a folder, made where they are not complete yet."""
        secrets = cls(folder=folder)
        if not (folder / "complete").exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            secrets._make()
            secrets._write("complete", "")
        secrets._make_passwords()
        return secrets

    def folder(self, part: str) -> Path:
        """Where the secrets of one part lie: `verification`, `gateway-…`, `agency-…`."""
        return self._folder / part

    def read(self, name: str) -> str:
        """One secret, by its path below the folder."""
        return (self._folder / name).read_text()

    def passwords(self) -> dict[str, str]:
        """PostgreSQL's roles and RabbitMQ's administrator."""
        return dict(json.loads(self.read("passwords.json")))

    def accounts(self) -> dict[str, dict[str, object]]:
        """The broker's accounts, as the topology job reads them."""
        return dict(json.loads(self.read("topology/ketuk_accounts")))

    def add_gateway(self, name: str) -> None:
        """Make the account and the keys of one gateway more; the topology job must run afterwards."""
        accounts = self.accounts()
        accounts["gateways"][f"{REGION}.{name}"] = _password()
        self._write("topology/ketuk_accounts", json.dumps(accounts))
        self._make_gateway(f"gateway-{name}")

    def _make(self) -> None:
        self._make_passwords()
        accounts = {
            "services": {"verification": _password(), "registry": _password()},
            "gateways": {f"{REGION}.{gateway}": _password() for gateway in GATEWAYS},
            "agencies": {
                agency: {"password": _password(), "queue": f"{agency}.{secrets.token_hex(8)}"}
                for agency in AGENCIES
            },
            "operators": {"operator": _password()},
        }
        self._write("topology/ketuk_accounts", json.dumps(accounts))
        self._make_service_keys()
        self._write("sam_pcid", secrets.token_hex(16))
        self._write("sam_conf", secrets.token_hex(32))
        for gateway in GATEWAYS:
            self._make_gateway(f"gateway-{gateway}")

    def _make_passwords(self) -> None:
        """Those that an earlier version did not have yet are made as well."""
        known = self.passwords() if (self._folder / "passwords.json").exists() else {}
        if missing := [name for name in _PASSWORDS if name not in known]:
            self._write("passwords.json", json.dumps(known | {name: _password() for name in missing}))

    def _make_service_keys(self) -> None:
        opens, signs, registry, events, root = (ec.generate_private_key(ec.SECP256R1()) for _ in range(5))
        card_ref = secrets.token_hex(32)
        for name, text in {
            "root/key.pem": private_pem(root),
            "root/public.pem": public_pem(root),
            "verification_public.pem": public_pem(opens),
            "verification/ketuk_root_public_key": public_pem(root),
            "registry/ketuk_root_public_key": public_pem(root),
            "verification/ketuk_verification_key": private_pem(opens),
            "verification/ketuk_signing_key": private_pem(signs),
            "verification/ketuk_card_ref_key": card_ref,
            "verification/ketuk_registry_public_key": public_pem(registry),
            "registry/ketuk_registry_key": private_pem(registry),
            "registry/ketuk_verification_signing_public_key": public_pem(signs),
            "registry/ketuk_card_ref_key": card_ref,
            "registry/ketuk_agency_signing_key": private_pem(events),
            "registry/ketuk_pseudonym_key": secrets.token_hex(32),
            "registry/ketuk_api_token": secrets.token_urlsafe(32),
        }.items():
            self._write(name, text)
        for agency in AGENCIES:
            self._make_agency(f"agency-{agency}", public_pem(events))

    def _make_gateway(self, part: str) -> None:
        identity = ec.generate_private_key(ec.SECP256R1())
        self._write(f"{part}/ketuk_identity_key", private_pem(identity))
        self._write(f"{part}/identity_public.pem", public_pem(identity))
        self._write(f"{part}/ketuk_verification_public_key", self.read("verification_public.pem"))
        self._write(f"{part}/ketuk_root_public_key", self.read("root/public.pem"))
        self._write(f"{part}/ketuk_sam_pcid", self.read("sam_pcid"))
        self._write(f"{part}/ketuk_sam_conf", self.read("sam_conf"))

    def _make_agency(self, part: str, ketuk: str) -> None:
        own = ECKey.generate_key(
            "P-256", {"use": "enc", "alg": "ECDH-ES+A256KW"}, private=True, auto_kid=True
        )
        signer = ECKey.import_key(ketuk, {"use": "sig", "alg": "ES256"})
        signer.ensure_kid()
        keys = {"keys": [own.as_dict(private=True), signer.as_dict(private=False)]}
        self._write(f"{part}/agency.jwks", json.dumps(keys))
        self._write(f"{part}/public.jwk", json.dumps(own.as_dict(private=False)))

    def _write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if path.exists():
            path.chmod(0o600)
        path.touch(mode=0o600)
        path.write_text(text)


def _password() -> str:
    return secrets.token_hex(16)


def private_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """PKCS #8, not encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def public_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """The public part."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
