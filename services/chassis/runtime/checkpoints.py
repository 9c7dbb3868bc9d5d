"""The steps of the rules of the wire, by name, so that a test can end a process at each of them.

Whoever works on the bus says at which step it is. Nobody listens in a service that runs.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias


class Step(StrEnum):
    """How far a piece of work has come."""

    READ = "read"
    """Taken from a queue, or looked up in an outbox; nothing is done about it yet."""
    DECIDED = "decided"
    """It is known what follows, and nothing of that is stored."""
    COMMITTED = "committed"
    """What follows is stored, and nothing of it is published."""
    PUBLISHED = "published"
    """The broker has confirmed what follows; the work still stands where it was taken from."""
    ACKNOWLEDGED = "acknowledged"
    """The work is gone from where it was taken: acknowledged, removed or marked as sent."""


AtStep: TypeAlias = Callable[[str, Step], None]
"""Is told the part of the service (a queue, a relay) and its step, in the middle of the work."""


def unobserved(part: str, step: Step, /) -> None:
    """Do nothing."""
