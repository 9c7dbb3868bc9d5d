"""Ends its own process with SIGKILL at the steps that the schedule names."""

import os
import signal
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from chassis.runtime.checkpoints import Step
from dev.chaos.journal import Journal, Struck, entries


class Strike(Struct, frozen=True, kw_only=True):
    """A process ends itself when it passes a step for the n-th time, from a moment on."""

    process: str
    part: str
    step: str
    passing: int
    """From 1, counted since the process was started and the moment has come."""
    after: float
    """Seconds since the first tap."""


class Orders(Struct, frozen=True, kw_only=True):
    """What all processes of a run are told."""

    began: float
    """When the first tap was, by the clock on the wall."""
    strikes: tuple[Strike, ...]


class Striking:
    """What a process has in mind; see `chassis.runtime.checkpoints.AtStep`.

    Args:
        process: whose strikes these are.
        orders: a file that appears when the taps begin.
        journal: where each strike is noted before it happens: its process takes up the next one.
    """

    def __init__(self, *, process: str, orders: Path, journal: Path) -> None:
        self._process = process
        self._orders = orders
        self._journal = Journal(journal)
        self._done = sum(entry.process == process for entry in entries(journal, Struck))
        self._began = 0.0
        self._coming: list[Strike] = []
        self._passed = 0

    def __call__(self, part: str, step: Step, /) -> None:
        """End here and now, where that is the order."""
        if not self._began and self._orders.exists():
            self._hear()
        if not self._coming:
            return
        strike = self._coming[0]
        if (part, step) != (strike.part, strike.step) or time.time() < self._began + strike.after:
            return
        self._passed += 1
        if self._passed == strike.passing:
            self._journal.write(
                Struck(process=self._process, part=part, step=step.value, passing=strike.passing)
            )
            os.kill(os.getpid(), signal.SIGKILL)

    def _hear(self) -> None:
        orders = msgspec.json.decode(self._orders.read_bytes(), type=Orders)
        self._began = orders.began
        own = [strike for strike in orders.strikes if strike.process == self._process]
        self._coming = own[self._done :]
