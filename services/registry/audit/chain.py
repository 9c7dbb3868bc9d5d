"""The audit log as a chain: each entry's hash covers the one before, so none can be changed or moved alone.

What is personal in an entry stands beside it, and the entry holds only a salted commitment to it. A person is
erased by removing that part; the chain still holds, and says which entries were erased and by which one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal

import msgspec

from registry.kit.hash_chain import Chain, Finding, Head

Outcome = Literal["done", "refused"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """What is personal, with the salt without which nobody can guess it from the commitment."""

    salt: bytes
    whose: str | None
    origin: str
    reason: str | None
    because: str | None
    """Why it was refused."""

    def commitment(self) -> bytes:
        """What the chain holds of it."""
        said = msgspec.json.encode([self.whose, self.origin, self.reason, self.because])
        return sha256(self.salt + said).digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One link."""

    position: int
    recorded: datetime
    event: str
    actor: str
    outcome: Outcome
    commitment: bytes
    erased: tuple[int, ...]
    """Positions of the entries whose details went with this one."""

    def hash(self, before: bytes) -> bytes:
        """Its own, after the hash of the entry before."""
        said = msgspec.json.encode(
            [
                self.position,
                self.recorded.isoformat(timespec="microseconds"),
                self.event,
                self.actor,
                self.outcome,
                self.commitment.hex(),
                self.erased,
            ]
        )
        return sha256(before + said).digest()


@dataclass(kw_only=True, slots=True)
class Check:
    """Goes through a log, in its order, and finds what was done to it."""

    chain: Chain = field(default_factory=Chain)
    _bare: set[int] = field(default_factory=set)
    """Entries without details that no later entry has accounted for yet."""
    erased: int = 0

    def next(self, entry: Entry, *, stored: bytes, details: Details | None) -> Iterator[Finding]:
        """Findings at this entry."""
        yield from self.chain.next(entry, stored=stored)
        if details is None:
            self._bare.add(entry.position)
        elif details.commitment() != entry.commitment:
            yield Finding(position=entry.position, what="the details of this entry were altered")
        self.erased += len(self._bare & set(entry.erased))
        self._bare -= set(entry.erased)

    def end(self, head: Head) -> Iterator[Finding]:
        """What is found once there are no more entries."""
        yield from self.chain.end(head)
        for position in sorted(self._bare):
            yield Finding(position=position, what="the details of this entry are gone, and none says why")


def findings(
    log: Iterable[tuple[Entry, bytes, Details | None]], *, head: Head, anchors: tuple[Head, ...] = ()
) -> list[Finding]:
    """All that is found in a log."""
    check = Check(chain=Chain(anchors=anchors))
    found = [
        each for entry, stored, details in log for each in check.next(entry, stored=stored, details=details)
    ]
    return [*found, *check.end(head)]
