"""A log as a chain: each entry's hash covers the one before, so none is changed or removed alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

NOTHING_BEFORE = bytes(32)
"""In the place of a hash before the first entry."""
MOST_TOLD = 100
"""Findings that are told; one is enough to know that the log was touched."""


class Entry(Protocol):
    """One entry of such a log."""

    @property
    def position(self) -> int:
        """Its number, from 1."""

    def hash(self, before: bytes) -> bytes:
        """Its own hash (SHA-256, 32 bytes), after the hash of the entry before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """Where a log ends. Written down elsewhere, it finds a log that was made anew as a whole."""

    position: int
    hash: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something is not as it was written."""

    position: int
    what: str


@dataclass(kw_only=True, slots=True)
class Chain:
    """Goes through a log, in its order, and finds where the chain is broken."""

    anchors: tuple[Head, ...] = ()
    before: Head = field(default_factory=lambda: Head(position=0, hash=NOTHING_BEFORE))

    def next(self, entry: Entry, *, stored: bytes) -> Iterator[Finding]:
        """Findings at this entry; goes on from the hash that is stored, so that each fault is named once."""
        due = self.before.position + 1
        if entry.position > due:
            last = entry.position - 1
            yield Finding(
                position=due,
                what=f"entries {due} to {last} are gone" if last > due else f"entry {due} is gone",
            )
        elif entry.hash(self.before.hash) != stored:
            yield Finding(
                position=entry.position, what="this entry was altered, or stands in the place of another"
            )
        if any(each.position == entry.position and each.hash != stored for each in self.anchors):
            yield Finding(position=entry.position, what="this is not the entry that was written down")
        self.before = Head(position=entry.position, hash=stored)

    def end(self, head: Head) -> Iterator[Finding]:
        """What is found once there are no more entries."""
        last = self.before
        if last.position < head.position:
            yield Finding(
                position=last.position + 1, what=f"the end of the log is gone: it went to {head.position}"
            )
        elif last != head:
            yield Finding(position=last.position, what="this is not the entry that the log ended with")
        for anchor in self.anchors:
            if anchor.position > last.position:
                yield Finding(position=anchor.position, what="the entry that was written down is gone")
