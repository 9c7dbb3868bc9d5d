"""The mutants that no test saw, and which of them are accepted: equal in effect, or not worth a test."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

MOST_UNEXPLAINED = 0.03
"""Of all mutants."""


class Survivor(msgspec.Struct, frozen=True, kw_only=True):
    """One change that no test saw, by what it changes: mutmut's own numbers move with the code."""

    function: str
    """With its module, such as `verification.rules.verdict.conclude`."""
    was: str
    now: str


class Accepted(Survivor, frozen=True, kw_only=True):
    """One that may survive."""

    because: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    survivor: tuple[Accepted, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What became of the mutants of one subject."""

    mutants: int
    survivors: tuple[Survivor, ...]


def accepted_in(file: Path) -> tuple[Accepted, ...]:
    """The survivors with their reasons. Raises ValidationError."""
    return msgspec.toml.decode(file.read_bytes(), type=_File).survivor


def unexplained(found: Found, accepted: Iterable[Accepted]) -> list[Survivor]:
    """Those for which there is no reason."""
    explained = {(each.function, each.was, each.now) for each in accepted}
    return [each for each in found.survivors if (each.function, each.was, each.now) not in explained]


def complaints(found: Sequence[Found], accepted: Sequence[Accepted]) -> list[str]:
    """Why the mutants are not as they should be; empty where they are.

    Args:
        found: of the subjects that were tried.
        accepted: the survivors of these subjects that have a reason.
    """
    mutants = sum(each.mutants for each in found)
    left = [survivor for each in found for survivor in unexplained(each, accepted)]
    said = [f"without a reason: {each.function}\n  - {each.was}\n  + {each.now}" for each in left]
    if not mutants:
        return ["there was no mutant: nothing was tried"]
    if len(left) <= MOST_UNEXPLAINED * mutants:
        said = []
    alive = {(each.function, each.was, each.now) for one in found for each in one.survivors}
    said += [
        f"accepted, and a test sees it: {each.function}\n  - {each.was}\n  + {each.now}"
        for each in accepted
        if (each.function, each.was, each.now) not in alive
    ]
    return said
