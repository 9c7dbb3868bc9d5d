"""Waits for a child to become ready, with a bound."""

import time
from collections.abc import Callable
from pathlib import Path

from dev.stack.children import Children
from dev.stack.missing import Missing

READY_SECONDS = 180.0
"""Longer than any start takes on however busy a machine."""


def until_ready(name: str, ready: Callable[[], bool], *, children: Children) -> None:
    """Poll until `ready()`; raises Missing with the end of the log where the child ends or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        if not children.is_alive(name):
            raise Missing(f"{name} ended at its start. {last_words(children.log(name))}")
        if time.monotonic() > deadline:
            raise Missing(
                f"{name} was not ready after {READY_SECONDS:.0f} s. {last_words(children.log(name))}"
            )
        time.sleep(0.05)


def last_words(log: Path, *, lines: int = 5) -> str:
    """How a log ends."""
    last = log.read_text(errors="replace").strip().splitlines()[-lines:]
    return f"The end of {log}:\n" + "\n".join(last)
