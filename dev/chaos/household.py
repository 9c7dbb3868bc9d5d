"""The processes of a run: started, started again whenever they were killed, and never ended by themselves."""

import asyncio
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from yarl import URL

from dev.chaos.city import STANDS, Stand
from dev.chaos.readiness import Readiness, Unready, listens
from dev.chaos.schedule import REGISTRY, TO_AGENCIES, VERIFICATION
from dev.demo.services import Services
from dev.faults.link import Link
from dev.stack import postgres, rabbitmq
from dev.stack.ports import free_ports
from dev.stack.secret_files import REGION
from dev.stack.stack import Stack
from dev.stack.strict_python import STRICT_PYTHON
from dev.stack.waiting import READY_SECONDS

DOWN_SECONDS = 0.3
LOOK_SECONDS = 0.05
_LAST_LINE = 300


class EndedByItself(Exception):
    """A process ended, and nobody had killed it."""


class Household:
    """Knows how each process is started, and keeps all of them running.

    Args:
        stack: the private stack; it has been started.
        folder: where the processes find what they are told, see `dev.chaos.told`.
        links: to the broker, by name.
    """

    def __init__(self, *, stack: Stack, folder: Path, links: Mapping[str, Link]) -> None:
        self._stack = stack
        self._folder = folder
        self._links = links
        self._services = Services(stack=stack)
        served = VERIFICATION + REGISTRY
        self._ports = dict(zip(served, free_ports(len(served)), strict=True))
        self._stands = {stand.process: stand for stand in STANDS}
        self._due: dict[str, float] = {}
        self._servers = {
            name: URL(url).port or 0
            for name, url in (
                (rabbitmq.NAME, stack.environment()["AMQP_VERIFICATION_URL"]),
                (postgres.NAME, stack.environment()["DATABASE_VERIFICATION_URL"]),
            )
        }
        self.kills: Counter[str] = Counter()
        """How often each was killed."""
        self.standing = set(self._servers)
        """The servers that nobody has taken away; one that ends all the same is a fault."""
        self.readiness = Readiness(asks=dict(self._asks()))

    @property
    def registries(self) -> tuple[str, ...]:
        """The addresses of both registries."""
        return tuple(self._url(name) for name in REGISTRY)

    async def start(self, *names: str) -> None:
        """Start processes."""
        for name in names:
            await asyncio.to_thread(self._start, name)

    async def until_ready(self, *names: str) -> None:
        """Wait until they say that they are. Raises TimeoutError where one hangs."""
        async with asyncio.timeout(READY_SECONDS):
            for name in names:
                while not await asyncio.to_thread(self._is_ready, name):
                    self._look_after(name)
                    await asyncio.sleep(LOOK_SECONDS)

    async def kill(self, name: str) -> None:
        """End a process with SIGKILL, unless it is dead as it is."""
        if self._stack.children.is_alive(name):
            await asyncio.to_thread(self._stack.children.kill, name)

    async def keep(self) -> None:
        """Start again whatever was killed, until cancelled. Raises EndedByItself."""
        while True:
            for name in self.standing:
                self._look_after_server(name)
            for name in [*self._ports, *self._stands]:
                if name in self._due:
                    if time.monotonic() > self._due[name]:
                        del self._due[name]
                        await self.start(name)
                else:
                    self._look_after(name)
            await asyncio.sleep(LOOK_SECONDS)

    async def stop(self) -> None:
        """Ask all to end."""
        await asyncio.gather(
            *(
                asyncio.to_thread(self._stack.children.stop, name)
                for name in [*self._ports, *self._stands]
                if self._stack.children.is_alive(name)
            )
        )

    def still(self) -> tuple[str, ...]:
        """Who is not ready, since when, and what it said last; a sentence each."""
        return tuple(self._told(each) for each in self.readiness.unready())

    def _asks(self) -> Iterator[tuple[str, Callable[[], bool]]]:
        for name, port in self._servers.items():
            yield name, partial(listens, port)
        for name in self._ports:
            yield name, partial(self._is_ready, name)
        for name in self._stands:
            yield name, partial(self._is_connected, name)

    def _is_connected(self, name: str) -> bool:
        """Whether a gateway, which has no pages here, has a connection to the broker."""
        return self._links[name].connections > 0

    def _told(self, unready: Unready) -> str:
        log = self._stack.children.log(unready.name)
        said = log.read_text(errors="replace").splitlines() or ["nothing"]
        since = f"{unready.name} has not been ready for {unready.seconds:.0f} s"
        return f"{since}; it said last: {said[-1][:_LAST_LINE]}"

    def _look_after_server(self, name: str) -> None:
        code = self._stack.children.exit_code(name)
        if code is not None:
            log = self._stack.children.log(name)
            raise EndedByItself(f"{name} ended by itself, with {code}; its last words are in {log}")

    def _look_after(self, name: str) -> None:
        code = self._stack.children.exit_code(name)
        if code is None:
            return
        if code != -signal.SIGKILL:
            log = self._stack.children.log(name)
            raise EndedByItself(f"{name} ended by itself, with {code}; its last words are in {log}")
        self.kills[name] += 1
        self._due[name] = time.monotonic() + DOWN_SECONDS

    def _start(self, name: str) -> None:
        module = "gateway" if name in self._stands else name.partition("-")[0]
        command = [*STRICT_PYTHON, "-m", f"dev.chaos.{module}", name, str(self._folder)]
        self._stack.children.start(name, command, environment=self._settings(name))

    def _settings(self, name: str) -> dict[str, str]:
        if name in self._stands:
            return self._gateway(self._stands[name])
        settings = self._services.settings(name.partition("-")[0])
        settings |= {
            "KETUK_HTTP_PORT": str(self._ports[name]),
            "KETUK_AMQP_URL": self._through(name, settings["KETUK_AMQP_URL"]),
        }
        if name in REGISTRY:
            direct = settings["KETUK_AGENCIES_AMQP_URL"]
            settings["KETUK_AGENCIES_AMQP_URL"] = self._through(f"{name}{TO_AGENCIES}", direct)
        return settings

    def _gateway(self, stand: Stand) -> dict[str, str]:
        account = f"{REGION}.{stand.gateway}"
        password = str(self._stack.secrets.accounts()["gateways"][account])
        return {
            "KETUK_REGION": REGION,
            "KETUK_GATEWAY": stand.gateway,
            "KETUK_INSTITUTION": stand.institution,
            "KETUK_PLACE": stand.place,
            "KETUK_READERS": f'{{"{stand.reader}": {{"card": "none"}}}}',
            "KETUK_HTTP_PORT": "0",
            "KETUK_SECRETS_DIR": str(self._stack.secrets.folder(stand.process)),
            "KETUK_SPOOL": str(self._folder / f"{stand.process}.sqlite"),
            "KETUK_AMQP_URL": self._through(
                stand.process, self._stack.rabbitmq.url(account, password, "ketuk")
            ),
        }

    def _through(self, link: str, url: str) -> str:
        return str(URL(url).with_port(self._links[link].port))

    def _url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._ports[name]}"

    def _is_ready(self, name: str) -> bool:
        try:
            with urllib.request.urlopen(f"{self._url(name)}/readyz", timeout=3) as answer:  # noqa: S310  our own address
                return bool(answer.status == 200)  # noqa: PLR2004  HTTP's OK
        except OSError:
            return False
