"""Who uses the processors meanwhile, and who is ready and has to wait for one."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import psutil
from msgspec import Struct

Times = dict[int, tuple[int, int]]
"""By process: nanoseconds on a processor, and nanoseconds of waiting for one."""


class Busy(Struct, frozen=True, kw_only=True):
    """Of a process and all below it (of this one alone), as parts of one processor's time."""

    used: float
    waited: float
    """Ready to run while others ran; of several threads the sum."""


class Watch:
    """Looks at processes, each with all below it, from when it is made."""

    def __init__(self, first: Mapping[str, int]) -> None:
        """`first`: the first process of each, by name."""
        self._first = first
        self._began = {name: _times(pid) for name, pid in first.items()}

    def seen(self, seconds: float) -> dict[str, Busy]:
        """What each did in these seconds since the beginning."""
        return {name: self._busy(name, _times(pid), seconds) for name, pid in self._first.items()}

    def _busy(self, name: str, now: Times, seconds: float) -> Busy:
        before = self._began[name]
        spent = [
            (used - before.get(pid, (0, 0))[0], waited - before.get(pid, (0, 0))[1])
            for pid, (used, waited) in now.items()
        ]
        return Busy(
            used=sum(used for used, _ in spent) / 1e9 / seconds,
            waited=sum(waited for _, waited in spent) / 1e9 / seconds,
        )


def _times(pid: int) -> Times:
    # below this process are all that it measures
    below = () if pid == os.getpid() else psutil.Process(pid).children(recursive=True)
    return {each: _sum(each) for each in (pid, *(child.pid for child in below))}


def _sum(pid: int) -> tuple[int, int]:
    told = list(_threads(pid))
    return sum(used for used, _ in told), sum(waited for _, waited in told)


def _threads(pid: int) -> Iterator[tuple[int, int]]:
    # Linux alone tells it (Documentation/scheduler/sched-stats.rst); one that has just ended tells nothing
    with suppress(OSError):
        for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            used, waited, _ = file.read_text().split()
            yield int(used), int(waited)
