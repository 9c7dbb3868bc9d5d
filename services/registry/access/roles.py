"""Who works with the registry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Role = Literal["viewer", "officer", "operator", "auditor"]

EVERYONE: frozenset[Role] = frozenset({"viewer", "officer", "operator", "auditor"})
OFFICERS: frozenset[Role] = frozenset({"officer", "operator"})
OPERATORS: frozenset[Role] = frozenset({"operator"})
CLERKS: frozenset[Role] = frozenset({"officer", "operator", "auditor"})
AUDITORS: frozenset[Role] = frozenset({"auditor", "operator"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who asks."""

    name: str
    """`person:NAME` or `token:NAME`."""
    role: Role
    signed_in: bool = False
    """By a cookie, which a browser sends with whatever page asks for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who signs in."""

    person: str
    role: Role
    shut_out: bool
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What a program shows; the secret itself is not kept."""

    token: str
    role: Role
    issued: datetime
    expires: datetime
    revoked: datetime | None
