"""Groups of commands that are imported when one of them is asked for.

What the others import (broker, database, cryptography) held each command up for a third of a second.
"""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

from typer.core import TyperGroup
from typer.main import get_group

GROUPS = {
    "dead": "Messages that could not be worked on.",
    "audit": "What was done in the registry, and by whom.",
    "citizen": "What a citizen may ask for.",
    "key": "The city's root, and the keys that it signs.",
    "people": "Who signs in to the registry.",
    "cards": "Cards, one at a time.",
    "residents": "Residents of the city.",
}
"""Each is `commands` of the module of that name."""


class _Groups(MutableMapping[str, Any]):
    """The groups by name; looked up, one is there."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  typer's classes of commands are its own
        if name not in self._found:
            group = get_group(import_module(f"operations.{name}").commands) if name in GROUPS else None
            if group is None:
                raise KeyError(name)
            group.name, group.help = name, GROUPS[name]
            self._found[name] = group
        return self._found[name]

    def __setitem__(self, name: str, command: object) -> None:
        self._found[name] = command

    def __delitem__(self, name: str) -> None:
        del self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(GROUPS)

    def __len__(self) -> int:
        return len(GROUPS)


class OnDemand(TyperGroup):
    """All commands, a group at a time."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401  what typer gives to any group
        super().__init__(**given)
        self.commands = _Groups()
