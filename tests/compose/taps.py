"""Cards that are tapped by the simulator in its container, and the ledger that it settles."""

import json
import re
from typing import Any

from tests.compose.containers import PROJECT, Containers

_TAPPED = re.compile(r"^ *(\d+)  [a-z-]+/")
_NUMBERS = ("taps", "delivered", "lost", "unexpected", "duplicated", "wrong")


def clean(taps: int) -> dict[str, object]:
    """The ledger of a run in which every tap reached its agency once and right."""
    return {"taps": taps, "delivered": taps, "lost": 0, "unexpected": 0, "duplicated": 0, "wrong": 0} | {
        "kinds that went wrong": {}
    }


def numbers(ledger: dict[str, Any]) -> dict[str, object]:
    """What `clean` speaks of."""
    kinds = {kind: told for kind, told in ledger["by_kind"].items() if told["right"] != told["taps"]}
    return {name: ledger[name] for name in _NUMBERS} | {"kinds that went wrong": kinds}


class Taps:
    """The simulator in its container."""

    def __init__(self, containers: Containers, *, count: int, seed: int, proven: bool = True) -> None:
        self._containers = containers
        told = ["--taps", str(count), "--seed", str(seed), *(["--proven"] if proven else [])]
        self._process = containers.started(
            "run", "--rm", "simulator", "python", "-m", "dev.demo.composed", *told
        )
        self.lines: list[str] = []
        self.tapped = 0

    def reach(self, count: int) -> None:
        """Return once so many cards were tapped."""
        while self.tapped < count:
            self._next()

    def hold(self) -> None:
        """Cards stay on their readers from now on."""
        self._signal("USR1")

    def release(self) -> None:
        """Cards leave again."""
        self._signal("USR2")

    def enough(self) -> None:
        """No further card is tapped from now on."""
        self._signal("HUP")

    def _signal(self, name: str) -> None:
        ours = [f"label=com.docker.compose.{each}" for each in (f"project={PROJECT}", "service=simulator")]
        for each in self._containers.run(
            "docker", "ps", "-q", "--filter", ours[0], "--filter", ours[1]
        ).split():
            self._containers.run("docker", "kill", "-s", name, each)

    def end(self) -> dict[str, Any]:
        """Return the ledger's last line."""
        while not self.lines or not self.lines[-1].startswith("{"):
            self._next()
        with self._process:
            assert self._process.wait(60) in {0, 1}
        return dict(json.loads(self.lines[-1]))

    def _next(self) -> None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the simulator ended: " + "".join(self.lines[-10:])
        self.lines.append(line)
        if found := _TAPPED.match(line):
            self.tapped = int(found[1])
