"""`python -m dev.compose.secrets FOLDER`: every secret of docker-compose.yml, made where it is missing.

Each service has a folder of its own, mounted at /run/secrets. The folder above them is its owner's alone;
below it files are readable, because the accounts in the containers are not accounts of this machine.
"""

import sys
from pathlib import Path

from msgspec import convert

from chassis.topology.definitions import Feed
from dev.compose.authority import Pair, new_authority, new_certificate
from dev.stack.secret_files import AGENCIES, GATEWAYS, REGION, SecretFiles
from simulator.issuer import Issuer

SERVED = (
    "broker",
    "verification-database",
    "registry-database",
    "verification",
    "registry",
    "office",
    *(f"gateway-{gateway}" for gateway in GATEWAYS),
)
CALLERS = ("topology", "operator", "registry-migrations", *(f"agency-{agency}" for agency in AGENCIES))
DATABASES = ("verification", "registry")
_BROKER = "broker:5671"


def make(folder: Path) -> None:
    """Make what is missing; what is there stays as it is."""
    secrets = SecretFiles.made(folder=folder)
    _certify(folder)
    for name, text in _addresses(secrets).items():
        write(folder / name, text)
    issuer = folder / "simulator-issuer.json"
    if not issuer.exists():
        Issuer.generate().save(issuer)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o444)
    for own in ("authority", "root"):
        if (folder / own).exists():  # secrets of an earlier version have no root
            (folder / own).chmod(0o700)
            (folder / own / "key.pem").chmod(0o400)
    folder.chmod(0o700)


def _certify(folder: Path) -> None:
    """A certificate for each server, signed by the city's own authority; all get the authority's."""
    own = folder / "authority"
    if not (own / "key.pem").exists():
        keep(own, new_authority(name="Ketuk"))
    authority = Pair(certificate=(own / "cert.pem").read_text(), key=(own / "key.pem").read_text())
    for name in SERVED:
        if not (folder / name / "key.pem").exists():
            keep(folder / name, new_certificate(authority, names=(name, "localhost", "127.0.0.1")))
    earlier = own / "earlier.pem"
    trusted = authority.certificate + (earlier.read_text() if earlier.exists() else "")
    for name in (*SERVED, *CALLERS, ""):
        write(folder / name / "ca.pem", trusted)


def _addresses(secrets: SecretFiles) -> dict[str, str]:
    """Where the parts find broker and databases, with name and password."""
    passwords, accounts = secrets.passwords(), secrets.accounts()
    found = {
        "broker/administrator.conf": f"default_user = admin\ndefault_pass = {passwords['rabbitmq']}\n",
        "grafana/password": passwords["grafana"],
        "operator/ketuk_registry_url": "https://registry:8083",
        "operator/ketuk_api_token": secrets.read("registry/ketuk_api_token"),
        "topology/ketuk_management_url": f"https://admin:{passwords['rabbitmq']}@broker:15671",
    }
    for service in DATABASES:
        found |= {
            f"{service}-database/password": passwords["postgres"],
            f"{service}-database/role_password": passwords[service],
            f"{service}/ketuk_database_url": (
                f"postgresql://{service}:{passwords[service]}@{service}-database/{service}"
            ),
        }
    found |= {
        "registry-database/owner_password": passwords["registry_owner"],
        "registry-migrations/ketuk_database_url": (
            f"postgresql://registry_owner:{passwords['registry_owner']}@registry-database/registry"
        ),
    }
    for service, password in accounts["services"].items():
        found[f"{service}/ketuk_amqp_url"] = f"amqps://{service}:{password}@{_BROKER}/ketuk"
    found["registry/ketuk_agencies_amqp_url"] = (
        f"amqps://registry:{accounts['services']['registry']}@{_BROKER}/ketuk-agencies"
    )
    for operator, password in accounts["operators"].items():
        found[f"{operator}/ketuk_amqp_url"] = f"amqps://{operator}:{password}@{_BROKER}/ketuk"
    for gateway in GATEWAYS:
        name = f"{REGION}.{gateway}"
        found[f"gateway-{gateway}/ketuk_amqp_url"] = (
            f"amqps://{name}:{accounts['gateways'][name]}@{_BROKER}/ketuk"
        )
    for agency in AGENCIES:
        feed = convert(accounts["agencies"][agency], Feed)
        found[f"agency-{agency}/ketuk_amqp_url"] = (
            f"amqps://{agency}:{feed.password}@{_BROKER}/ketuk-agencies?queue={feed.queue}"
        )
    return found


def keep(folder: Path, pair: Pair) -> None:
    """Put a certificate and its key into a folder."""
    write(folder / "cert.pem", pair.certificate)
    write(folder / "key.pem", pair.key)


def write(path: Path, text: str) -> None:
    """Put a text into a file, at once: readers see the old or the new one, whole."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    fresh = path.with_name(f".{path.name}")
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.replace(path)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
