"""Waits for a child to become ready, with a bound."""

import time
from collections.abc import Callable, Sequence

from dev.stack.causes import cause
from dev.stack.children import Children
from dev.stack.missing import Missing

READY_SECONDS = 300.0
"""Longer than any start takes on however busy a machine."""
_LOGS_SECONDS = 1.0
"""Between two looks into the logs: a broker's is long."""


def until_ready(
    name: str,
    ready: Callable[[], bool],
    *,
    children: Children,
    stands_on: Sequence[str] = (),
    within: float = READY_SECONDS,
) -> None:
    """Poll until `ready()`.

    Args:
        name: of the child.
        ready: whether it is.
        children: among whom it is, and what it stands on.
        stands_on: other children, in whose logs the cause may stand where its own has none.
        within: seconds.

    Raises:
        Missing: where the child ends, cannot come up, or takes too long; it says why.
    """
    parts = (name, *stands_on)
    deadline = time.monotonic() + within
    look_at_logs = time.monotonic() + _LOGS_SECONDS
    while not ready():
        if not children.is_alive(name):
            raise Missing(_sentence(f"{name} ended at its start", parts, children=children))
        if time.monotonic() > look_at_logs:
            look_at_logs = time.monotonic() + _LOGS_SECONDS
            if any(cause(children.said(part), final=True) for part in parts):
                raise Missing(_sentence(f"{name} cannot become ready", parts, children=children))
        if time.monotonic() > deadline:
            raise Missing(_sentence(f"{name} was not ready after {within:.0f} s", parts, children=children))
        time.sleep(0.1)


def _sentence(what: str, parts: Sequence[str], *, children: Children) -> str:
    """What happened, why as a log has it, and which log that is."""
    for part in parts:
        why = cause(children.said(part))
        if why is not None:
            return f"{what}: {why} (the log of {part}: {children.log(part)})."
    lines = children.said(parts[0]).strip().splitlines()
    last = f"its log {children.log(parts[0])} ends with: {lines[-1]}" if lines else "its log is empty"
    return f"{what}; {last}"
