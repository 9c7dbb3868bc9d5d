"""Counts effects in the manner of Jepsen's total-queue checker: each attempt at each of its receivers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """Something that was attempted, and who must come to know of it."""

    name: str
    """Under which its effects are known."""
    acknowledged: bool
    """Whether whoever attempted it was told that it is safe."""
    receivers: frozenset[str]
    expected: str = ""
    """What it must come to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """Something that arrived at a receiver."""

    name: str
    """Of the attempt that it belongs to."""
    receiver: str
    identity: str
    """The same for copies of one effect, and for nothing else."""
    came_to: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """The result; lost, unexpected, duplicated and wrong must be zero."""

    attempted: int
    acknowledged: int
    delivered: int
    """Distinct effects."""
    lost: int
    """Effects that never came: of what was acknowledged, or what another receiver knows of."""
    unexpected: int
    """Distinct effects of what nobody attempted, or at one who has no right to them."""
    duplicated: int
    """Distinct effects beyond the first of one attempt at one receiver."""
    wrong: int
    """Distinct effects that came to something else."""
    redelivered: int
    """Copies of an effect; transport may repeat itself."""
    recovered: int
    """Attempts that were never acknowledged, and yet had their effects."""

    @property
    def is_clean(self) -> bool:
        """Whether the four are zero."""
        return not (self.lost or self.unexpected or self.duplicated or self.wrong)


def count(attempts: Sequence[Attempt], effects: Iterable[Effect]) -> Totals:
    """Join the two sides by name."""
    copies = Counter(effects)
    by_name: dict[str, list[Effect]] = defaultdict(list)
    for effect in copies:
        by_name[effect.name].append(effect)
    known = {attempt.name: attempt for attempt in attempts}
    distinct = list(copies)
    due = [effect for effect in distinct if _is_due(effect, known)]
    had = Counter((effect.name, effect.receiver) for effect in due)
    owed = [attempt for attempt in attempts if attempt.acknowledged or by_name[attempt.name]]
    return Totals(
        attempted=len(attempts),
        acknowledged=sum(attempt.acknowledged for attempt in attempts),
        delivered=len(distinct),
        lost=sum((attempt.name, receiver) not in had for attempt in owed for receiver in attempt.receivers),
        unexpected=len(distinct) - len(due),
        duplicated=sum(times - 1 for times in had.values()),
        wrong=sum(effect.came_to != known[effect.name].expected for effect in due),
        redelivered=copies.total() - len(distinct),
        recovered=sum(not attempt.acknowledged for attempt in owed),
    )


def _is_due(effect: Effect, known: Mapping[str, Attempt]) -> bool:
    return effect.name in known and effect.receiver in known[effect.name].receivers
