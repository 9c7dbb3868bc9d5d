"""The stack as a whole: start, stop, restart a part, and where everything is (`stack.env`)."""

import asyncio
import hashlib
import json
import shutil
import signal
import stat
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from chassis.storage.migrations import migrate
from chassis.topology.__main__ import TopologySettings, declare
from chassis.topology.management import Refused
from dev.stack import pcscd, postgres
from dev.stack.causes import cause
from dev.stack.children import Children
from dev.stack.missing import Missing
from dev.stack.pcscd import Pcscd
from dev.stack.ports import free_pair, free_ports
from dev.stack.postgres import DATABASES, Postgres
from dev.stack.rabbitmq import Ports, RabbitMQ
from dev.stack.secret_files import AGENCIES, GATEWAYS, REGION, SecretFiles

READERS = 2
_BROKER_PORTS = ("amqp", "management", "distribution", "metrics")
_OLDEST = datetime(2020, 1, 1, tzinfo=UTC)
_LONGEST_FOLDER = 80
"""A socket's path has at most 107 bytes (unix(7))."""


class Stack:
    """A private broker, databases and card daemon with their state in one folder."""

    def __init__(self, *, folder: Path, brokers: int = 1) -> None:
        """`brokers`: how many nodes its broker has."""
        self.folder = reachable(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)
        self.children = Children(folder=self.folder)
        self.secrets = SecretFiles.made(folder=self.folder / "secrets")
        self._ports = self._chosen_ports(brokers)
        passwords = self.secrets.passwords()
        self.postgres = Postgres(
            folder=self.folder / "postgres",
            port=self._ports["postgres"],
            passwords=passwords,
            children=self.children,
        )
        self.brokers = tuple(
            self._broker(number, password=passwords["rabbitmq"]) for number in range(1, brokers + 1)
        )
        self.rabbitmq = self.brokers[0]
        self.vpcd_ports = tuple(self._ports[f"reader-{index}"] for index in range(READERS))
        self.pcscd = Pcscd(folder=self.folder / "pcscd", ports=self.vpcd_ports, children=self.children)

    @classmethod
    def fresh(cls, *, folder: Path, brokers: int = 1) -> "Stack":
        """A stack with nothing in it: what an earlier one left behind is ended and removed."""
        folder = reachable(folder)
        if folder.exists():
            Children(folder=folder).stop_all()
            shutil.rmtree(folder)
        return cls(folder=folder, brokers=brokers)

    def start(self) -> None:
        """Start what does not run, declare the topology, migrate, write `stack.env`. Raises Missing."""
        _check_clock(datetime.now(UTC))
        with ThreadPoolExecutor() as pool:
            starting = [
                pool.submit(start)
                for start in (self._start_databases, self._start_brokers, self._start_pcscd)
            ]
            done, _ = wait(starting, return_when=FIRST_EXCEPTION)
            failed = next((each for each in starting if each in done and each.exception()), None)
            if failed is not None:
                # the others would wait for what may never come up
                self.children.stop_all()
        for each in starting if failed is None else (failed,):
            each.result()
        self._write_environment()

    def _start_databases(self) -> None:
        self._start_part(postgres.NAME)
        for service, owner in DATABASES.items():
            with _job(f"migration of {service}"):
                asyncio.run(migrate(service=service, url=self.postgres.url(owner, service)))

    def _start_brokers(self) -> None:
        # the nodes of a cluster one after the other, or two might each begin one
        for broker in self.brokers:
            self._start_part(broker.name)
        settings = TopologySettings(
            _secrets_dir=str(self.secrets.folder("topology")),  # type: ignore[call-arg]  # as in chassis.runtime.settings
            management_url=self.rabbitmq.management_url,
        )
        with _job("topology"):
            asyncio.run(declare(settings))

    def _start_pcscd(self) -> None:
        self._start_part(pcscd.NAME)

    def _start_part(self, name: str) -> None:
        if not self.children.is_alive(name):
            self._parts()[name].start()

    def stop(self) -> None:
        """End all that was started, by this process or an earlier one."""
        self.children.stop_all()
        (self.folder / "stack.env").unlink(missing_ok=True)

    def restart(self, name: str) -> None:
        """Start a part again, on its ports and with its data, after it was stopped or killed."""
        self._parts()[name].start()

    def discard(self) -> None:
        """End all at once, and remove the state folder."""
        # nothing is worth an orderly end; PostgreSQL takes its own children with it at this signal
        self.children.stop(postgres.NAME, ask=signal.SIGQUIT)
        self.children.stop_all(ask=signal.SIGKILL)
        shutil.rmtree(self.folder)

    def environment(self) -> dict[str, str]:
        """What `stack.env` says."""
        accounts = self.secrets.accounts()

        def amqp(kind: str, user: str, host: str) -> str:
            account = accounts[kind][user]
            password, query = (
                (account["password"], f"?queue={account['queue']}")
                if isinstance(account, dict)
                else (str(account), "")
            )
            return ",".join(f"{broker.url(user, password, host)}{query}" for broker in self.brokers)

        found = {
            "AMQP_ADMIN_URL": self.rabbitmq.url("admin", self.secrets.passwords()["rabbitmq"], "%2F"),
            "AMQP_MANAGEMENT_URL": self.rabbitmq.management_url,
            "AMQP_OPERATOR_URL": amqp("operators", "operator", "ketuk"),
            "AMQP_VERIFICATION_URL": amqp("services", "verification", "ketuk"),
            "AMQP_REGISTRY_URL": amqp("services", "registry", "ketuk"),
            "AMQP_REGISTRY_AGENCIES_URL": amqp("services", "registry", "ketuk-agencies"),
            "DATABASE_ADMIN_URL": self.postgres.url("postgres"),
            "DATABASE_REGISTRY_OWNER_URL": self.postgres.url("registry_owner", "registry"),
            "PCSCLITE_CSOCK_NAME": str(self.pcscd.socket),
            "VPCD_PORTS": ",".join(str(port) for port in self.vpcd_ports),
            "SIMULATOR_ISSUER": str(self.secrets.folder("simulator-issuer.json")),
            "SAM_PCID_FILE": str(self.secrets.folder("sam_pcid")),
            "SAM_CONF_FILE": str(self.secrets.folder("sam_conf")),
            "SECRETS_DIR": str(self.folder / "secrets"),
        }
        found |= {f"DATABASE_{service.upper()}_URL": self.postgres.url(service) for service in DATABASES}
        for gateway in GATEWAYS:
            found[f"AMQP_GATEWAY_{_word(gateway)}_URL"] = amqp("gateways", f"{REGION}.{gateway}", "ketuk")
        for agency in AGENCIES:
            found[f"AMQP_AGENCY_{_word(agency)}_URL"] = amqp("agencies", agency, "ketuk-agencies")
        found["AMQP_AGENCY_URL"] = found["AMQP_AGENCY_POLRESTA_SURAKARTA_URL"]
        return found

    def _parts(self) -> dict[str, Postgres | RabbitMQ | Pcscd]:
        brokers = {broker.name: broker for broker in self.brokers}
        return {postgres.NAME: self.postgres, **brokers, pcscd.NAME: self.pcscd}

    def _broker(self, number: int, *, password: str) -> RabbitMQ:
        def port(kind: str) -> int:
            return self._ports[kind if number == 1 else f"{kind}-{number}"]

        return RabbitMQ(
            folder=self.folder / ("rabbitmq" if number == 1 else f"rabbitmq-{number}"),
            ports=Ports(
                amqp=port("amqp"),
                management=port("management"),
                mapper=self._ports["mapper"],
                distribution=port("distribution"),
                metrics=port("metrics"),
            ),
            password=password,
            children=self.children,
            number=number,
        )

    def _chosen_ports(self, brokers: int) -> dict[str, int]:
        record = self.folder / "ports.json"
        if not record.exists():
            names = ["postgres", "mapper", *_BROKER_PORTS]
            names += [f"{kind}-{number}" for number in range(2, brokers + 1) for kind in _BROKER_PORTS]
            ports = dict(zip(names, free_ports(len(names)), strict=True))
            ports |= {f"reader-{index}": free_pair() for index in range(READERS)}
            record.write_text(json.dumps(ports))
        return dict(json.loads(record.read_text()))

    def _write_environment(self) -> None:
        path = self.folder / "stack.env"
        path.touch(mode=0o600)
        path.write_text("".join(f"{key}={value}\n" for key, value in self.environment().items()))


def read_environment(folder: Path) -> dict[str, str]:
    """What the `stack.env` of a folder says. Raises Missing where no stack was started there."""
    path = reachable(folder) / "stack.env"
    if not path.exists():
        raise Missing("No stack runs here; run `make stack` first.")
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def reachable(folder: Path) -> Path:
    """The folder itself, or one below /var/tmp.

    That is where other users cannot enter it (PostgreSQL does not run as root), or where a socket's path
    would be too long.
    """
    folder = folder.resolve()
    open_to_all = all(
        parent.stat().st_mode & stat.S_IXOTH for parent in (folder, *folder.parents) if parent.exists()
    )
    if open_to_all and len(str(folder)) <= _LONGEST_FOLDER:
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"ketuk-{name}"  # noqa: S108  a name of its own, mode 0711


@contextmanager
def _job(what: str) -> Iterator[None]:
    """What compose runs before the services; in this process, which is sooner done than starting others."""
    try:
        yield
    except (aiohttp.ClientError, OSError, Refused, CommandError, SQLAlchemyError) as failure:
        raise Missing(f"The {what} failed: {cause(str(failure)) or failure}") from failure


def _check_clock(now: datetime) -> None:
    """Raise Missing where the clock was never set: nobody would accept what is signed at such a time."""
    if now < _OLDEST:
        raise Missing(f"The machine's clock says {now:%Y-%m-%d}; set it (`date --set=…`) and start again.")


def _word(name: str) -> str:
    return name.replace("-", "_").upper()
