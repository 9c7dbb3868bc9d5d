"""Whoever judges the letters: one or several processes, and what they used."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.verification.site import Site


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """A way of doing the work.

    Args:
        name: in the table.
        module: run by `python -m`.
        processes: how many of them.
        settings: in the environment, beside those of verification.
    """

    name: str
    module: str
    processes: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def running(self, site: Site) -> Iterator["Processes"]:
        """Its processes, stopped afterwards."""
        names = [f"{self.name}-{number}" for number in range(self.processes)]
        for name in names:
            command = [sys.executable, "-m", self.module]
            site.stack.children.start(name, command, environment=site.environment | dict(self.settings))
        try:
            yield Processes([psutil.Process(site.stack.children.pid(name)) for name in names])
        finally:
            for name in names:
                site.stack.children.stop(name)


class Processes:
    """Processes and what they have used."""

    def __init__(self, processes: list[psutil.Process]) -> None:
        self.processes = processes

    def cpu(self) -> float:
        """CPU seconds of all of them."""
        return sum(times.user + times.system for times in (each.cpu_times() for each in self.processes))

    def peak(self) -> int:
        """Bytes of memory that the largest had at most."""
        return max(_status(each, "VmHWM") for each in self.processes)

    def memory(self) -> int:
        """Bytes of memory that the largest has now."""
        return max(_status(each, "VmRSS") for each in self.processes)


def _status(process: psutil.Process, what: str) -> int:
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == what:
            return int(value.removesuffix("kB")) * 1024
    raise LookupError(what)
