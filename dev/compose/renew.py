"""`python -m dev.compose.renew FOLDER KIND [NAME]`: one new secret in place of an old one, files only.

`deploy/rotate` calls it, and then tells whoever checks the secret and whoever shows it.
"""

import secrets
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.crypto.sealing import private_key
from chassis.topology.definitions import Accounts, Feed
from dev.compose.authority import new_authority
from dev.compose.secrets import SERVED, keep, make, write
from dev.stack.secret_files import REGION, SecretFiles, private_pem, public_pem

DATABASE_ROLES = ("verification", "registry", "registry_owner")


class Unknown(Exception):
    """There is no such secret; `str()` says what there is."""


def renew_certificate(folder: Path, name: str) -> None:
    """A new key and certificate for a server."""
    if name not in SERVED:
        raise Unknown(f"{name} has no certificate; these have one: {', '.join(SERVED)}")
    (folder / name / "key.pem").unlink()


def renew_authority(folder: Path, _: str) -> None:
    """A new authority signs from now on; the earlier one is trusted beside it."""
    own = folder / "authority"
    write(own / "earlier.pem", (own / "cert.pem").read_text())
    keep(own, new_authority(name="Ketuk"))


def renew_account(folder: Path, name: str) -> None:
    """A new password on the broker."""
    accounts = msgspec.json.decode(SecretFiles(folder=folder).read("topology/ketuk_accounts"), type=Accounts)
    kind, _, short = name.partition("-")
    if name in accounts.services:
        accounts.services[name] = secrets.token_hex(16)
    elif kind == "gateway" and f"{REGION}.{short}" in accounts.gateways:
        accounts.gateways[f"{REGION}.{short}"] = secrets.token_hex(16)
    elif kind == "agency" and short in accounts.agencies:
        accounts.agencies[short] = Feed(password=secrets.token_hex(16), queue=accounts.agencies[short].queue)
    else:
        raise Unknown(f"{name} has no account on the broker")
    write(folder / "topology" / "ketuk_accounts", msgspec.json.encode(accounts).decode())


def renew_password(folder: Path, name: str) -> None:
    """A new password for a role in a database."""
    passwords = SecretFiles(folder=folder).passwords()
    if name not in DATABASE_ROLES:
        raise Unknown(f"{name} is no role in a database; these are: {', '.join(DATABASE_ROLES)}")
    write(folder / "passwords.json", msgspec.json.encode({**passwords, name: secrets.token_hex(16)}).decode())


def renew_api_token(folder: Path, _: str) -> None:
    """A new token for the registry's API."""
    write(folder / "registry" / "ketuk_api_token", secrets.token_urlsafe(32))


def begin_key(folder: Path, name: str) -> None:
    """A new key beside the old one, for whoever opens or checks."""
    opens = _opener(folder, name)
    key = ec.generate_private_key(ec.SECP256R1())
    new = public_pem(key) if name == "verification-signing" else private_pem(key)
    newest = opens.read_text().split("-----BEGIN", 2)[1]
    write(opens, new + "-----BEGIN" + newest)
    write(folder / "authority" / f"next-{name}.pem", private_pem(key))


def finish_key(folder: Path, name: str) -> None:
    """The new key for whoever seals or signs, once all others know it."""
    _opener(folder, name)
    new = (folder / "authority" / f"next-{name}.pem").read_text()
    public = public_pem(private_key(new))
    if name == "verification-signing":
        write(folder / "verification" / "ketuk_signing_key", new)
    elif name == "registry":
        write(folder / "verification" / "ketuk_registry_public_key", public)
    else:
        for each in (
            *folder.glob("gateway-*/ketuk_verification_public_key"),
            folder / "verification_public.pem",
        ):
            write(each, public)
    (folder / "authority" / f"next-{name}.pem").unlink()


def _opener(folder: Path, name: str) -> Path:
    files = {
        "verification": "verification/ketuk_verification_key",
        "registry": "registry/ketuk_registry_key",
        "verification-signing": "registry/ketuk_verification_signing_public_key",
    }
    if name not in files:
        raise Unknown(f"{name} has no key to be replaced; these have: {', '.join(files)}")
    return folder / files[name]


KINDS: dict[str, Callable[[Path, str], None]] = {
    "certificate": renew_certificate,
    "authority": renew_authority,
    "account": renew_account,
    "password": renew_password,
    "api-token": renew_api_token,
    "begin-key": begin_key,
    "finish-key": finish_key,
}


def main(arguments: list[str]) -> int:
    """Renew. Returns the exit code."""
    folder, kind, *name = arguments
    try:
        KINDS[kind](Path(folder), name[0] if name else "")
    except Unknown as what:
        sys.stderr.write(f"{what}\n")
        return 2
    make(Path(folder))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
