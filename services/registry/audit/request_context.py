"""What is being done for whom: said once where a request comes in, read where its transaction ends.

It travels beside the call as a context variable, so that a command need not pass on what it does not use,
and cannot forget to.
"""

from contextvars import ContextVar
from dataclasses import dataclass

from registry.audit.events import AuditEvent
from registry.kit.errors import Changed, Unfit


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """An idempotency key, and the digest of what was sent with it."""

    key: str
    digest: bytes


@dataclass(kw_only=True, slots=True)
class Act:
    """One request of one actor."""

    actor: str
    """`person:NAME`, `token:NAME`, `nobody`."""
    origin: str
    """The address that the request came from."""
    event: AuditEvent | None
    whose: tuple[str, ...] = ()
    """The things or persons that it is about: an entry of the audit log for each."""
    reason: str | None = None
    """Why, in the actor's words."""
    key: Key | None = None
    expected: int | None = None
    """The version that the actor saw; a change of another one must not be made."""
    compared: bool = False
    counted: bool = False
    """Of who has not signed in: a refusal is counted, and many are one entry of the audit log."""
    recorded: bool = False
    """In the audit log, in the transaction of a change."""
    refused: str | None = None
    """Why nothing came of it, where the transaction is committed for what it counts."""
    erased: tuple[int, ...] = ()
    """Entries of the audit log whose details go with this act."""

    def compare(self, version: int) -> None:
        """Called by a command once it holds what it changes. Raises Changed."""
        self.compared = True
        if self.expected is not None and self.expected != version:
            raise Changed(f"it is at version {version} now")

    def must_have_compared(self) -> None:
        """Called before a commit. Raises Unfit where a version was given and nothing has one."""
        if self.expected is not None and not self.compared:
            raise Unfit("this has no version, so `If-Match` cannot be held to")


doing: ContextVar[Act | None] = ContextVar("doing", default=None)
"""None in what the registry does by itself."""


def as_expected(version: int) -> None:
    """Hold the actor to the version that they saw. Raises Changed."""
    act = doing.get()
    if act is not None:
        act.compare(version)


def comes_to_nothing(because: str) -> None:
    """Say that this is refused, and what is written meanwhile stays."""
    act = doing.get()
    if act is not None:
        act.refused = because


def concerns(*whose: str) -> None:
    """Say whose data or thing this is about, where the path does not."""
    act = doing.get()
    if act is not None:
        act.whose = whose
