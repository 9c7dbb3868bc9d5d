"""A gateway process at a counter of its own, with or without a broker."""

import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from dev.counter.spoken import Keys
from dev.stack.children import Children
from dev.stack.logged import logged
from dev.stack.ports import free_ports
from dev.stack.secret_files import REGION, private_pem, public_pem
from dev.stack.strict_python import STRICT_PYTHON
from dev.stack.waiting import until_ready

NAME = "gateway"


class Gateway:
    """`python -m reader_gateway`, which may be killed and started again; its spool stays."""

    def __init__(
        self,
        *,
        folder: Path,
        children: Children,
        readers: Mapping[str, Mapping[str, str]],
        pcscd: Path,
        settings: Mapping[str, str],
    ) -> None:
        """`readers` and `settings` as in `GatewaySettings`; `pcscd` is its socket."""
        self._children = children
        self._port, nobody = free_ports(2)
        identity, verification = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        sender = f"{REGION}.{settings.get('KETUK_GATEWAY', 'loket')}"
        self.keys = Keys(verification=verification, identity=public_pem(identity), sender=sender)
        self.spool = folder / "spool.sqlite"
        self._settings = {
            "KETUK_REGION": REGION,
            "KETUK_GATEWAY": "loket",
            "KETUK_INSTITUTION": "kelurahan-jebres",
            "KETUK_PLACE": "33.72.04.1010",
            "KETUK_READERS": json.dumps(readers),
            # without a broker everything stays in the spool
            "KETUK_AMQP_URL": f"amqp://nobody:nothing@127.0.0.1:{nobody}/none",
            "KETUK_SPOOL": str(self.spool),
            "KETUK_HTTP_PORT": str(self._port),
            "KETUK_IDENTITY_KEY": private_pem(identity),
            "KETUK_VERIFICATION_PUBLIC_KEY": public_pem(verification),
            "PCSCLITE_CSOCK_NAME": str(pcscd),
        } | dict(settings)

    @property
    def address(self) -> str:
        """Of its page."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [*STRICT_PYTHON, "-m", "reader_gateway"]
        self._children.start(NAME, command, environment=self._settings)
        until_ready(NAME, self._answers, children=self._children)

    def stop(self) -> None:
        """Ask it to end, as an operator does."""
        self._children.stop(NAME)

    def kill(self) -> None:
        """End it as a power cut does."""
        self._children.kill(NAME)

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._children.is_alive(NAME)

    def pid(self) -> int:
        """Of the process that was started last."""
        return self._children.pid(NAME)

    def log(self) -> list[dict[str, Any]]:
        """What it has logged, over all starts."""
        return logged(self._children.log(NAME))

    def logged(self, event: str) -> int:
        """How often it has logged an event, such as `tap read`, over all starts."""
        return sum(line.get("event") == event for line in self.log())

    def page(self) -> dict[str, Any]:
        """What its counter page shows now: readers and recent taps. Raises OSError where it is away."""
        with urllib.request.urlopen(self._url("/events?lang=en"), timeout=5) as stream:  # noqa: S310  our own address
            for line in stream:
                if line.startswith(b"data:"):
                    return dict(json.loads(line.removeprefix(b"data:")))
        raise ConnectionError("the page said nothing")

    def backlog(self) -> int:
        """How many messages wait in its spool. Raises OSError where it is away."""
        with urllib.request.urlopen(self._url("/metrics"), timeout=5) as answer:  # noqa: S310  our own address
            figures = dict(line.decode().rsplit(maxsplit=1) for line in answer if not line.startswith(b"#"))
        return int(float(figures["ketuk_outbox_waiting"]))

    def ask(self, method: str, path: str) -> int:
        """What the officer does on the page; returns the HTTP status."""
        request = urllib.request.Request(self._url(path), method=method)  # noqa: S310  our own address
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310  the same
            return int(answer.status)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self._url("/healthz"), timeout=3) as answer:  # noqa: S310  our own address
                return bool(answer.status == 200)  # noqa: PLR2004  HTTP's OK
        except OSError:
            return False

    def _url(self, path: str) -> str:
        return self.address + path
