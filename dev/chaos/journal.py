"""What a process that may be killed at any moment says of itself: lines in a file, each in one write.

A line that was written outlives the process, for it is the kernel's by then.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct


class Attempted(Struct, frozen=True, kw_only=True, tag=True):
    """A card is about to be laid on the reader."""

    number: int
    card: int


class Acknowledged(Struct, frozen=True, kw_only=True, tag=True):
    """The tap is in the spool, and whoever stands at the counter was told so."""

    number: int
    tap: str
    began: str


class Found(Struct, frozen=True, kw_only=True, tag=True):
    """An earlier start left the tap in the spool, and did not live to say so."""

    number: int
    tap: str
    began: str


class Heard(Struct, frozen=True, kw_only=True, tag=True):
    """The gateway heard a verdict."""

    tap: str
    digest: str
    outcome: str
    reason: str


class Struck(Struct, frozen=True, kw_only=True, tag=True):
    """The process ends itself with SIGKILL, at a step."""

    process: str
    part: str
    step: str
    passing: int


class Dealt(Struct, frozen=True, kw_only=True, tag=True):
    """A card to be laid on the reader now."""

    number: int
    card: int


Entry = Attempted | Acknowledged | Found | Heard | Struck | Dealt
Kind = TypeVar("Kind", bound=Entry)


class Journal:
    """A file to which entries are added."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, entry: Entry) -> None:
        """Add one."""
        os.write(self._file, msgspec.json.encode(entry) + b"\n")


class Reading:
    """Reads a journal from its beginning while others may still add to it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place = 0

    def further(self) -> Sequence[Entry]:
        """The entries that were added since the last look."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._place)
            whole, _, _ = file.read().rpartition(b"\n")
        self._place += len(whole) + 1 if whole else 0
        return [msgspec.json.decode(line, type=Entry) for line in whole.splitlines()]


def entries(path: Path, kind: type[Kind]) -> list[Kind]:
    """All entries of a kind."""
    return [entry for entry in Reading(path).further() if isinstance(entry, kind)]
