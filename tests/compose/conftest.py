"""Ketuk in containers, once: cards are tapped while an operator scales, kills, recreates and upgrades."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.compose.at_rest import AtRest, look_at_rest
from tests.compose.containers import NEXT, ROOT, Containers, until
from tests.compose.next_version import build_next
from tests.compose.taps import Taps

MOST_TAPS = 200
"""More than are tapped meanwhile."""


@dataclass(kw_only=True)
class Trial:
    """What the run came to."""

    containers: Containers
    secrets: Path
    at_rest: list[AtRest]
    done_while_tapping: dict[str, int] = field(default_factory=dict)
    """What the operator did, and how many cards had been tapped when it was done."""
    killed_and_back: bool = False
    ledger: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """See above. The containers run until the tests have ended."""
    folder = tmp_path_factory.mktemp("compose")
    containers = Containers(secrets=folder / "secrets")
    with _kept(ROOT / ".env"):
        yield from _trial(containers, folder=folder)


@contextmanager
def _kept(path: Path) -> Iterator[None]:
    """Leave a file, which may not be there, as it was found."""
    before = path.read_bytes() if path.exists() else None
    try:
        yield
    finally:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)


def _trial(containers: Containers, *, folder: Path) -> Iterator[Trial]:
    containers.clear()
    containers.run("deploy/images")
    containers.run("deploy/secrets")
    build_next(containers, folder=folder)
    try:
        containers.compose("up", "-d", "--scale", "simulator=0")
        for service in ("verification", "registry", "gateway-kelurahan-jebres", "gateway-polresta-surakarta"):
            until(lambda service=service: containers.is_healthy(containers.replicas(service)[0]))  # type: ignore[misc]
        trial = Trial(containers=containers, secrets=folder / "secrets", at_rest=look_at_rest(containers))
        _operate(trial, Taps(containers, count=MOST_TAPS, seed=7, proven=False))
        yield trial
    finally:
        (Path.cwd() / ".run").mkdir(exist_ok=True)
        (Path.cwd() / ".run" / "compose.log").write_text(containers.compose("logs", "--no-color"))
        containers.clear()


def _operate(trial: Trial, taps: Taps) -> None:
    """All that an operator does to the services, one after the other, while cards are tapped."""
    containers = trial.containers

    def done(what: str) -> None:
        trial.done_while_tapping[what] = taps.tapped

    def scale(service: str, count: int) -> None:
        containers.compose("up", "-d", "--no-deps", "--no-recreate", "--scale", f"{service}={count}", service)
        done(f"{service} to {count}")

    taps.reach(10)
    scale("verification", 3)
    taps.reach(25)
    scale("registry", 2)
    taps.reach(40)
    victim = containers.replicas("verification")[0]
    restarts = containers.seen(victim)["RestartCount"]
    containers.kill(victim)
    done("kill")
    until(lambda: containers.seen(victim)["RestartCount"] > restarts)
    trial.killed_and_back = True
    taps.reach(60)
    containers.compose("up", "-d", "--no-deps", "--force-recreate", "broker")
    done("broker recreated")
    taps.reach(90)
    containers.run("deploy/upgrade", "verification", NEXT)
    done("upgrade")
    scale_down = time.monotonic()
    scale("verification", 1)
    assert time.monotonic() - scale_down < 60, "a replica did not stop in its time"
    taps.enough()
    trial.ledger = taps.end()
