"""What there is on the broker: frozen values, compared with nothing and applied as they are."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """A durable queue and the routing keys that lead to it."""

    name: str
    exchange: str
    keys: tuple[str, ...]
    kind: str = "quorum"
    """quorum, or classic: on one node of the broker, and for one consumer where that asks for it."""
    stand_ins: int = 0
    """On a cluster as many more, `NAME.1` and so on, each on another node, bound as this one is."""
    is_replaceable: bool = False
    """Whether one that is there with other arguments may be deleted, with what waits in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """A durable exchange."""

    name: str
    kind: str = "topic"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A policy over queues: unlike arguments it can be changed later."""

    name: str
    pattern: str
    definition: dict[str, object]
    priority: int = 0
    is_operators: bool = False
    """Whether it bounds what other policies and a queue's own arguments say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A user of one virtual host, with patterns of what it may configure, write and read."""

    name: str
    password: str
    configure: str = "^$"
    write: str = "^$"
    read: str = "^$"
    topics: tuple[tuple[str, str, str], ...] = ()
    """Exchange, and patterns of the routing keys that it may publish and that it may bind to."""
    limits: dict[str, int] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class VirtualHost:
    """A virtual host and all that is in it."""

    name: str
    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...]
    policies: tuple[Policy, ...]
    accounts: tuple[Account, ...]
