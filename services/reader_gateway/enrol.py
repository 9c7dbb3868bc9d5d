"""`python -m reader_gateway enrol`: this computer makes its key, and is a gateway with a one-time code."""

import argparse
import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

from chassis.crypto.enrolment_proof import Enrolled, enrol
from chassis.crypto.key_ring import Recipients
from chassis.crypto.root_key import is_signed
from chassis.crypto.sealing import PrivateKey, private_key, private_pem, public_key, public_pem
from chassis.runtime.process import Refused
from chassis.runtime.tls import trust
from reader_gateway.bus.recipient_keys import OWNER

_ALONE = frozenset({"localhost", "127.0.0.1", "::1"})
_SECONDS = aiohttp.ClientTimeout(total=30)


def main(arguments: list[str]) -> int:
    """Enrol. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m reader_gateway enrol", description=__doc__)
    parser.add_argument("--code", required=True, help="from the civil-registry office")
    parser.add_argument("--registry", required=True, type=URL, help="such as https://registry.example:8083")
    parser.add_argument("--folder", required=True, type=Path, help="that KETUK_SECRETS_DIR names later")
    parser.add_argument("--ca-file", type=Path, help="PEM: who signed the registry's certificate")
    told = parser.parse_args(arguments)
    try:
        enrolled = asyncio.run(
            become(code=told.code, registry=told.registry, folder=told.folder, ca_file=told.ca_file)
        )
    except (Refused, OSError, TimeoutError, aiohttp.ClientError, msgspec.DecodeError) as why:
        sys.stderr.write(f"not enrolled: {str(why) or type(why).__name__}\n")
        return 1
    sys.stdout.write(
        f"{enrolled.region}.{enrolled.gateway} is requested, at {enrolled.place}. "
        "It counts once the office approves it.\n"
    )
    return 0


async def become(*, code: str, registry: URL, folder: Path, ca_file: Path | None) -> Enrolled:
    """Enrol, and write settings and keys into the folder; doing it again with the same code is harmless.

    Raises Refused, and what aiohttp raises where the registry is not reached.
    """
    if registry.scheme != "https" and registry.host not in _ALONE:
        raise Refused("the registry must be reached over https")
    identity = _identity(folder)
    asked = enrol(code=code, identity=identity, pem=public_pem(identity.public_key()))
    async with (
        aiohttp.ClientSession(timeout=_SECONDS) as session,
        session.post(
            registry / "v1" / "enrolment", data=msgspec.json.encode(asked), ssl=trust(ca_file) or True
        ) as answer,
    ):
        said = await answer.read()
        if not answer.ok:
            raise Refused(_detail(said) or f"the registry answers {answer.status}")
    enrolled = msgspec.json.decode(said, type=Enrolled)
    for name, text in {
        "ketuk_region": enrolled.region,
        "ketuk_gateway": enrolled.gateway,
        "ketuk_institution": enrolled.institution,
        "ketuk_place": enrolled.place,
        "ketuk_root_public_key": enrolled.root_public_key,
        "ketuk_verification_public_key": _recipient(enrolled),
    }.items():
        _write(folder / name, text)
    return enrolled


def _recipient(enrolled: Enrolled) -> str:
    root = public_key(enrolled.root_public_key)
    counts = [key for key in enrolled.keys if is_signed(key, root=root)]
    if not counts:
        raise Refused("the registry names no key of verification that the city's root signed")
    recipients = Recipients(owner=OWNER, first=public_key(counts[0].public_key), root=root)
    for key in counts:
        recipients.learn(key)
    return public_pem(recipients.newest(datetime.now(UTC)))


def _identity(folder: Path) -> PrivateKey:
    """The key of this computer, made where there is none, and on the disk before anybody hears of it."""
    file = folder / "ketuk_identity_key"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sync(folder.parent)
    if not file.exists():
        _write(file, private_pem(ec.generate_private_key(ec.SECP256R1())))
    try:
        return private_key(file.read_text())
    except ValueError as wrong:
        raise Refused(f"{file}: {wrong}") from None


def _write(file: Path, text: str) -> None:
    fresh = file.with_name(f".{file.name}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    _sync(file.parent)


def _sync(folder: Path) -> None:
    """Have the names in a folder last, as `fsync` of a file has what is in it."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _detail(said: bytes) -> str:
    try:
        return str(msgspec.json.decode(said, type=dict[str, object]).get("detail", ""))
    except msgspec.DecodeError:
        return ""
