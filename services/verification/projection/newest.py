"""Of several states of one thing the newest: an upsert may touch a row only once."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar


class Versioned(Protocol):
    """A state with its owner's version."""

    @property
    def version(self) -> int:
        """Counts up."""


State = TypeVar("State", bound=Versioned)


def newest(states: Iterable[State], name: Callable[[State], str]) -> list[State]:
    """The newest state of each thing, sorted by its name."""
    found: dict[str, State] = {}
    for state in states:
        before = found.get(name(state))
        if before is None or before.version < state.version:
            found[name(state)] = state
    return [found[key] for key in sorted(found)]
