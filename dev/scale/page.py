"""The page `docs/scale.md`: what was measured, what a country needs, and what would break first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from dev.page import written
from dev.scale.cost import Cost, Round

COUNTERS = 83_000
SECONDS_BETWEEN_TAPS = 10
BEAT_SECONDS = 30
CONNECTIONS_OF_A_GATEWAY = 3
"""Relay, verdicts, beats."""
USED_AT_MOST = 0.6
"""Of a core at the peak; the rest is for bursts and for what a dead process leaves to the others."""
REPLICAS = 3
"""Nodes that keep each message."""
HOURS_A_DAY = 8
PARTS = ("verification", "registry", "broker", "database")
BROKER_MEMORY = 64e9
"""Bytes; what one broker node of good size has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """Something of which there is only so much."""

    what: str
    times: float
    """How often what there is would be needed."""
    why: str


def page(by_release: Mapping[str, Cost]) -> str:
    """The page, in Markdown: what a tap costs on each release, and what follows from the newest."""
    cost = next(iter(by_release.values()))
    taps = COUNTERS / SECONDS_BETWEEN_TAPS
    grown = _grown(cost)
    needs = {part: _cpu(cost, part) * taps / USED_AT_MOST for part in PARTS}
    needs["broker"] *= REPLICAS
    needs["megabits"] = _bytes_on_the_wire(cost) * taps * 8 / 1e6
    needs["gigabytes"] = grown * taps * HOURS_A_DAY * 3600 / 1e9
    return written(
        Path(__file__).with_name("scale.md.j2"),
        releases=by_release,
        cost=cost,
        cpu={part: [_cpu(each, part) for each in by_release.values()] for part in PARTS},
        grown=[_grown(each) for each in by_release.values()],
        together=[_middle(each, lambda one: one.taps / one.seconds) for each in by_release.values()],
        counters=COUNTERS,
        seconds_between_taps=SECONDS_BETWEEN_TAPS,
        taps=taps,
        beats=COUNTERS / BEAT_SECONDS,
        needs=needs,
        percent=round(USED_AT_MOST * 100),
        replicas=REPLICAS,
        hours=HOURS_A_DAY,
        limits=sorted(_limits(cost, taps), key=lambda limit: -limit.times),
        up=lambda much: f"{-int(-much // 1):,}",
    )


def _limits(cost: Cost, taps: float) -> list[Limit]:
    connections = COUNTERS * CONNECTIONS_OF_A_GATEWAY
    return [
        Limit(
            what="one queue for all readings",
            times=taps / cost.one_queue_per_second,
            why=f"A quorum queue has one leader on one node; here it took {cost.one_queue_per_second:,.0f} "
            "`card.read` a second. There must be one a region, whose code stands in the routing key already.",
        ),
        Limit(
            what="the broker's memory for connections",
            times=connections * cost.connection_bytes / BROKER_MEMORY,
            why=f"{connections:,} connections at {cost.connection_bytes / 1024:.0f} KiB, and TLS takes more. "
            "A gateway should speak over one connection, or to a broker of its region.",
        ),
        Limit(
            what="the broker's memory for reply queues",
            times=COUNTERS * cost.reply_queue_bytes / BROKER_MEMORY,
            why=f"{COUNTERS:,} queues at {cost.reply_queue_bytes / 1024:.0f} KiB.",
        ),
    ]


def _bytes_on_the_wire(cost: Cost) -> float:
    """Of a tap: each message into the broker, to its other nodes and out; a verdict to the gateway too."""
    messages = cost.card_read_bytes + cost.tap_judged_bytes + cost.disclosure_bytes
    return messages * (1 + (REPLICAS - 1) + 1) + cost.tap_judged_bytes


def _grown(cost: Cost) -> float:
    return _middle(cost, lambda each: each.database_bytes / each.taps)


def _cpu(cost: Cost, part: str) -> float:
    return _middle(cost, lambda each: each.cpu[part] / each.taps)


def _middle(cost: Cost, of: Callable[[Round], float]) -> float:
    return median(map(of, cost.rounds))
