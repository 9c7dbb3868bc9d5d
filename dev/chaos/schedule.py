"""What befalls whom, and when: all of it follows from the seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from chassis.messaging.broker import EVENTS
from chassis.runtime.checkpoints import Step
from chassis.topology.definitions import AGENCIES
from dev.chaos.city import STANDS
from dev.chaos.striking import Strike

VERIFICATION = ("verification-1", "verification-2")
REGISTRY = ("registry-1", "registry-2")
GATEWAYS = tuple(stand.process for stand in STANDS)
TO_AGENCIES = " to agencies"
LINKS = (GATEWAYS, VERIFICATION, REGISTRY, tuple(f"{name}{TO_AGENCIES}" for name in REGISTRY))
"""Groups of links to the broker, each named after its process."""
ALL = tuple(Step)
SENDING = (Step.READ, Step.PUBLISHED, Step.ACKNOWLEDGED)
POINTS: dict[tuple[str, ...], tuple[tuple[str, Step], ...]] = {
    GATEWAYS: (
        *(("desk", step) for step in (Step.READ, Step.DECIDED, Step.COMMITTED)),
        *((EVENTS, step) for step in SENDING),
    ),
    VERIFICATION: tuple(("verification.readings", step) for step in ALL),
    REGISTRY: (
        *(("registry.verdicts", step) for step in ALL),
        *((AGENCIES, step) for step in SENDING),
        *((EVENTS, step) for step in SENDING),
    ),
}
"""For each service every step of each of its parts through which a tap or a change of a card passes."""

LEAST_SECONDS, SECONDS_A_TAP = 40.0, 0.03
ROUND_SECONDS = 110.0
"""Everything happens once in about this time."""
LONGER_THAN_A_CONFIRM = 35.0
LONGER_THAN_A_PAUSE = 6.5
"""After an outage a relay may wait six seconds; without a route for less it might not have tried."""


class Kind(StrEnum):
    """What may befall a part."""

    KILL = "kill -9"
    RESTART = "restart"
    UNROUTED = "no route"
    RESET = "reset"
    BLACK_HOLE = "black hole"
    SILENCE = "black hole without a reset"
    SLOW = "slow"
    CUT = "cut in mid-frame"
    ALARM = "short of memory"
    READ_ONLY = "read-only"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Something that befalls a part, so many seconds after the first tap."""

    at: float
    kind: Kind
    target: str
    seconds: float = 0.0
    """How long it lasts, where it lasts."""
    share: float = 0.0
    upwards: bool = True
    """Where a cut is made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """A run."""

    seed: int
    seconds: float
    """For how long taps and faults go on."""
    deck: tuple[tuple[int, int], ...]
    """The taps in their order: the stand, and a number that chooses the card."""
    outages: tuple[Fault, ...]
    """Of broker and database, one after the other."""
    faults: tuple[Fault, ...]
    """Of processes and links, whatever else goes on."""
    strikes: tuple[Strike, ...]
    changes: tuple[float, ...]
    """When the status of a further card is recorded."""


def schedule(*, seed: int, taps: int) -> Schedule:
    """The run of a seed."""
    dice = random.Random(seed)  # noqa: S311  a repeatable run, no secret
    seconds = LEAST_SECONDS + taps * SECONDS_A_TAP
    rounds = max(1, round(seconds / ROUND_SECONDS))
    return Schedule(
        seed=seed,
        seconds=seconds,
        deck=tuple((dice.randrange(len(STANDS)), dice.randrange(1_000_000)) for _ in range(taps)),
        outages=tuple(_outages(dice, seconds, rounds)),
        faults=tuple(sorted((*_kills(dice, seconds, rounds), *_weather(dice, seconds, rounds)), key=_at)),
        strikes=tuple(_strikes(dice, seconds, rounds)),
        changes=tuple(seconds * share / 100 for share in range(100)),
    )


def _at(fault: Fault) -> float:
    return fault.at


def _outages(dice: random.Random, seconds: float, rounds: int) -> Iterator[Fault]:
    wanted = [
        (Kind.KILL, "rabbitmq"),
        (Kind.RESTART, "rabbitmq"),
        (Kind.KILL, "postgres"),
        (Kind.RESTART, "postgres"),
        (Kind.UNROUTED, "verification.readings"),
        (Kind.ALARM, "rabbitmq"),
        (Kind.READ_ONLY, "postgres"),
    ]
    order = [each for _ in range(rounds) for each in dice.sample(wanted, len(wanted))]
    for number, (kind, target) in enumerate(order):
        at = seconds * (0.04 + 0.8 * (number + dice.random() / 2) / len(order))
        away = dice.uniform(0.3, 1.5) + _AT_LEAST.get(kind, 0.0)
        yield Fault(at=at, kind=kind, target=target, seconds=away)


_AT_LEAST = {Kind.UNROUTED: LONGER_THAN_A_PAUSE, Kind.ALARM: 2.0, Kind.READ_ONLY: 2.0}


def _kills(dice: random.Random, seconds: float, rounds: int) -> Iterator[Fault]:
    for group in POINTS:
        # in a short run it takes longer to come back than to be killed
        victims = group * rounds if rounds > 1 else dice.sample(group, len(group) // 2)
        for process in victims:
            yield Fault(at=dice.uniform(1.0, 0.85 * seconds), kind=Kind.KILL, target=process)


def _weather(dice: random.Random, seconds: float, rounds: int) -> Iterator[Fault]:
    for group in LINKS * rounds:
        for kind, link in product((Kind.RESET, Kind.BLACK_HOLE, Kind.SLOW, Kind.CUT), group):
            yield Fault(
                at=dice.uniform(1.0, 0.85 * seconds),
                kind=kind,
                target=link,
                seconds=dice.uniform(1.0, 5.0),
                share=dice.random(),
                upwards=dice.random() < 0.5,  # noqa: PLR2004  one as often as the other
            )
    if rounds > 1:
        for group in LINKS:
            at = dice.uniform(0.1, 0.6) * seconds
            longer = LONGER_THAN_A_CONFIRM
            yield Fault(at=at, kind=Kind.BLACK_HOLE, target=dice.choice(group), seconds=longer)
            at = dice.uniform(0.1, 0.6) * seconds
            yield Fault(at=at, kind=Kind.SILENCE, target=dice.choice(group), seconds=longer)


def _strikes(dice: random.Random, seconds: float, rounds: int) -> Iterator[Strike]:
    for group, points in POINTS.items():
        order = [point for _ in range(rounds) for point in dice.sample(points, len(points))]
        share = 0.75 * seconds / (len(order) / len(group))
        for number, (part, step) in enumerate(order):
            yield Strike(
                process=group[number % len(group)],
                part=part,
                step=step.value,
                passing=dice.randint(1, 3),
                after=1.0 + share * (number // len(group) + dice.random() / 2),
            )


def told(run: Schedule) -> Iterator[str]:
    """The schedule in words, a line each."""
    for fault in sorted((*run.outages, *run.faults), key=_at):
        lasts = f" for {fault.seconds:.1f} s" if fault.kind in _LASTING else ""
        where = f", {'upwards' if fault.upwards else 'downwards'}" if fault.kind is Kind.CUT else ""
        yield f"{fault.at:7.1f} s  {fault.target}: {fault.kind}{lasts}{where}"
    for strike in run.strikes:
        yield (
            f"{strike.after:7.1f} s  {strike.process}: kill -9 when it passes {strike.part} {strike.step}, "
            f"time {strike.passing}"
        )


_LASTING = (Kind.BLACK_HOLE, Kind.SILENCE, Kind.SLOW, Kind.UNROUTED, Kind.ALARM, Kind.READ_ONLY)


def points_of(strikes: Sequence[Strike]) -> set[tuple[str, str, str]]:
    """Service, part and step of each."""
    return {(service_of(each.process), each.part, each.step) for each in strikes}


def service_of(process: str) -> str:
    """Of which service a process is."""
    return process.partition("-")[0]
