"""One Ketuk in containers, apart from any other on this machine."""

import json
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from dev.stack.ports import free_ports

_log = logging.getLogger(__name__)
ROOT = Path(__file__).parents[2]
_CHECKOUT = sha256(str(ROOT).encode()).digest()
"""Two checkouts may try at once on one engine."""
PROJECT = f"ketuk-trial-{_CHECKOUT.hex()[:8]}"
VERSION = f"trial-{_CHECKOUT.hex()[:8]}"
NEXT = f"{VERSION}-next"
PROFILES = ("simulator", "tools", "monitoring", "office")
OFFICE_SUBNET = f"172.31.{_CHECKOUT[0] % 255}.{_CHECKOUT[1] & 0xF0}/28"
"""Another than that of a Ketuk that may run here, whose third number is 255."""


class Containers:
    """Drives docker compose for one project with secrets and ports of its own."""

    def __init__(self, *, secrets: Path) -> None:
        amqps, page, self.prometheus, self.office = free_ports(4)
        self._environment = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": PROJECT,
            "COMPOSE_FILE": "docker-compose.yml:tests/compose/trial.yml",
            "KETUK_SECRETS": str(secrets),
            "KETUK_VERSION": VERSION,
            "AMQPS_PORT": str(amqps),
            "COUNTER_PORT": str(page),
            "PROMETHEUS_PORT": str(self.prometheus),
            "OFFICE_PORT": str(self.office),
            "OFFICE_SUBNET": OFFICE_SUBNET,
        }

    def run(self, *command: str, **more: str) -> str:
        """Run a command of this checkout; what it printed. Raises CalledProcessError where it fails."""
        started = time.monotonic()
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**self._environment, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        _log.info("%5.1f s  %s", time.monotonic() - started, " ".join(command))
        assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout[-3000:]}"
        return done.stdout

    def compose(self, *arguments: str, **more: str) -> str:
        """`docker compose` with both profiles' services in view."""
        return self.run("deploy/compose", "--profile", "simulator", *arguments, **more)

    def clear(self) -> None:
        """Remove all that this project has here, volumes too, and what a run left that was cut off."""
        profiles = [word for each in PROFILES for word in ("--profile", each)]
        self.run("deploy/compose", *profiles, "down", "-v", "-t", "1", "--remove-orphans")

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        """`docker compose` in the background, to read what it prints."""
        return subprocess.Popen(
            [ROOT / "deploy" / "compose", "--profile", "simulator", *arguments],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
        )

    def replicas(self, service: str) -> list[str]:
        """The containers of a service, by id."""
        labels = (f"project={PROJECT}", f"service={service}", "oneoff=False")
        wanted = [word for each in labels for word in ("--filter", f"label=com.docker.compose.{each}")]
        # the engine itself answers sooner than its compose, which reads the whole file first
        return self.run("docker", "ps", "-aq", "--no-trunc", *wanted).split()

    def replicas_running(self, service: str) -> list[str]:
        """Those that run."""
        return [each for each in self.replicas(service) if self.seen(each)["State"]["Running"]]

    def seen(self, container: str) -> Mapping[str, Any]:
        """What the engine knows of a container."""
        return dict(json.loads(self.run("docker", "inspect", container))[0])

    def is_healthy(self, container: str) -> bool:
        """Whether its health check passed."""
        return bool(self.seen(container)["State"]["Health"]["Status"] == "healthy")

    def is_ready(self, container: str, *, port: int) -> bool:
        """Whether the service in a container says now that it is ready."""
        asked = subprocess.run(
            [
                "/usr/bin/env",
                "docker",
                "exec",
                container,
                "python",
                "-m",
                "chassis.runtime.healthcheck",
                str(port),
            ],
            capture_output=True,
            check=False,
        )
        return asked.returncode == 0

    def kill(self, container: str) -> None:
        """End the container's first process with SIGKILL, as the kernel short of memory would."""
        os.kill(self.seen(container)["State"]["Pid"], signal.SIGKILL)

    def inside(self, service: str, *command: str) -> str:
        """Run a command in the first container of a service; what it printed."""
        return self.run("docker", "exec", self.replicas_running(service)[0], *command)

    def rows(self, service: str, query: str) -> Sequence[str]:
        """Ask the database of a service, as its administrator."""
        answer = self.inside(f"{service}-database", "psql", "-U", "postgres", "-d", service, "-Atc", query)
        return answer.splitlines()


def until(fact: Callable[[], bool], *, seconds: float = 90) -> None:
    """Poll until a fact is true; fails the test after a time."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, f"not true after {seconds} s"
        time.sleep(0.25)
