"""What came of a run, as people and programs read it."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from dev.chaos.run import Outcome


def table(outcome: Outcome) -> Iterator[str]:
    """The steps that were hit, and how often each process was killed."""
    yield f"{'killed at':<14} {'part':<24} {'step':<14} {'times':>5}"
    for (service, part, step), times in sorted(outcome.hits.items()):
        yield f"{service:<14} {part:<24} {step:<14} {times:>5}"
    kills = ", ".join(f"{name} {times}" for name, times in sorted(outcome.kills.items()))
    yield f"Killed in all: {kills}."
    yield from outcome.complaints


def last_line(outcome: Outcome, *, seed: int) -> str:
    """One JSON object."""
    return json.dumps(
        {
            "seed": seed,
            **asdict(outcome.taps),
            "changes": asdict(outcome.changes),
            "dead_letters": outcome.dead_letters,
            "undisclosed": outcome.undisclosed,
            "kills": sum(outcome.kills.values()),
            "kills_at_steps": sum(outcome.hits.values()),
            "steps_missed": len(outcome.missed),
            "cuts": outcome.cuts,
            "seconds": round(outcome.seconds),
            "longest_standstill_seconds": round(outcome.longest_standstill, 1),
        }
    )
