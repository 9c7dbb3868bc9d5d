"""The services of the demo as child processes: two gateways, verification, registry."""

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from dev.stack import pcscd, postgres, rabbitmq
from dev.stack.ports import free_ports
from dev.stack.secret_files import GATEWAYS, REGION
from dev.stack.stack import Stack
from dev.stack.strict_python import STRICT_PYTHON
from dev.stack.waiting import until_ready

ANSWER_SECONDS = 1.0
"""How long a chip may take to answer: 5 s at a counter, less here so that dead chips hold nothing up."""
READ_SECONDS = 8.0
"""How long a whole reading may take: 20 s at a counter, less here so that slow cards hold nothing up."""


SERVICE_STANDS_ON = (rabbitmq.NAME, postgres.NAME)
GATEWAY_STANDS_ON = (rabbitmq.NAME, pcscd.NAME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counter:
    """Where a gateway of the demo stands."""

    gateway: str
    place: str
    reader: str
    number: int
    """Of the virtual reader, from 0."""


COUNTERS = (
    Counter(gateway="kelurahan-jebres", place="33.72.04.1010", reader="loket-1", number=0),
    Counter(gateway="polresta-surakarta", place="33.72.05.1011", reader="spkt-1", number=1),
)


class Services:
    """Starts, kills and addresses the services of one stack."""

    def __init__(self, *, stack: Stack, more: Mapping[str, str] | None = None) -> None:
        """`more`: settings that all get beside their own."""
        self._stack = stack
        self._more = dict(more or {})
        self._found = stack.environment()
        names = ("verification", "registry", *(f"gateway-{gateway}" for gateway in GATEWAYS))
        self._ports = dict(zip(names, free_ports(len(names)), strict=True))

    def url(self, name: str) -> str:
        """The HTTP address of a service."""
        return f"http://127.0.0.1:{self._ports[name]}"

    def start(self, *names: str) -> None:
        """Start services (all, where none is named) and wait until each answers."""
        for name in names or self._ports:
            module = "reader_gateway" if name.startswith("gateway-") else name
            command = [*STRICT_PYTHON, "-m", module]
            self._stack.children.start(name, command, environment=self.settings(name))
        for name in names or self._ports:
            self._wait(name, "healthz")

    def until_all_ready(self, *names: str) -> None:
        """Wait until services (all, where none is named) say that they are ready.

        Raises Missing, which says why, where one does not become ready.
        """
        for name in names or self._ports:
            self._wait(name, "readyz")

    def kill(self, *names: str) -> None:
        """End services with SIGKILL."""
        for name in names:
            self._stack.children.kill(name)

    def gateways(self) -> tuple[str, ...]:
        """The names of the gateways' processes."""
        return tuple(f"gateway-{gateway}" for gateway in GATEWAYS)

    def _wait(self, name: str, path: str) -> None:
        until_ready(
            name,
            lambda: self._answers(name, path),
            children=self._stack.children,
            stands_on=GATEWAY_STANDS_ON if name.startswith("gateway-") else SERVICE_STANDS_ON,
        )

    def _answers(self, name: str, path: str) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url(name)}/{path}", timeout=3) as answer:  # noqa: S310  our own address
                return bool(answer.status == 200)  # noqa: PLR2004  HTTP's OK
        except OSError:
            return False

    def settings(self, name: str) -> dict[str, str]:
        """What a service is told in its environment."""
        settings = {
            "KETUK_REGION": REGION,
            "KETUK_HTTP_PORT": str(self._ports[name]),
            "KETUK_SECRETS_DIR": str(self._stack.secrets.folder(name)),
        } | self._more
        if name == "verification":
            return settings | {
                "KETUK_AMQP_URL": self._found["AMQP_VERIFICATION_URL"],
                "KETUK_DATABASE_URL": self._found["DATABASE_VERIFICATION_URL"],
            }
        if name == "registry":
            return settings | {
                "KETUK_AMQP_URL": self._found["AMQP_REGISTRY_URL"],
                "KETUK_AGENCIES_AMQP_URL": self._found["AMQP_REGISTRY_AGENCIES_URL"],
                "KETUK_DATABASE_URL": self._found["DATABASE_REGISTRY_URL"],
            }
        counter = next(each for each in COUNTERS if name == f"gateway-{each.gateway}")
        slots = f'{{"card": "Ketuk {counter.number} 00 00", "sam": "Ketuk {counter.number} 00 01"}}'
        word = counter.gateway.replace("-", "_").upper()
        return settings | {
            "KETUK_GATEWAY": counter.gateway,
            "KETUK_INSTITUTION": counter.gateway,
            "KETUK_PLACE": counter.place,
            "KETUK_READERS": f'{{"{counter.reader}": {slots}}}',
            "KETUK_AMQP_URL": self._found[f"AMQP_GATEWAY_{word}_URL"],
            "KETUK_SPOOL": str(self._stack.folder / "spools" / f"{counter.gateway}.sqlite"),
            "KETUK_ANSWER_SECONDS": str(ANSWER_SECONDS),
            "KETUK_READ_SECONDS": str(READ_SECONDS),
            "PCSCLITE_CSOCK_NAME": self._found["PCSCLITE_CSOCK_NAME"],
        }
