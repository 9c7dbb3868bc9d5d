"""The roll-out: which places are to have a reader, which have one, and when the rest will."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from registry.places.places import Place, as_of
from registry.readers.lifecycle import STANDING, Stage
from registry.rollout.forecast import COMPLETE, METHOD, TOO_LITTLE, Forecast, forecast
from registry.rollout.targets import Target, current

_BEST_FIRST = (
    Stage.WORKING,
    Stage.SILENT,
    Stage.APPROVED,
    Stage.INSTALLED,
    Stage.BROKEN,
    Stage.DELIVERED,
    Stage.ORDERED,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stood:
    """A reader at a place, of an institution of the place's own kind, at the end of a day."""

    place: str
    state: Stage
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceLine:
    """One place that is to have a reader."""

    place: str
    name: str
    kind: str
    kecamatan: str
    kecamatan_name: str
    state: str
    """Of its best reader; `none` where it has none."""
    since: datetime | None
    equipped: bool
    """A reader stands there."""
    funds: str | None
    """From which one is due, while none stands there."""
    funds_year: int | None
    due: date | None
    days_late: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A point of the curve: so many places from this day on."""

    day: date
    places: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CurvePoint:
    """A point of one of the curves, as a line of a table."""

    kind: str
    series: str
    """`plan`, `actual`, or `early`, `middle` and `late` of the forecast."""
    day: date
    places: int


@dataclass(frozen=True, kw_only=True, slots=True)
class KindLine:
    """All places of one kind: plan against actual."""

    kind: str
    places: int
    """That there are on the day."""
    target: int | None
    due: date | None
    funds: str | None
    funds_year: int | None
    set_on: date | None
    equipped: int
    missing: int
    """Of the places that there are."""
    short_of_target: int
    days_late: int
    plan: list[Step]
    """Targets that were known on the day, by when they are due."""
    actual: list[Step]
    """Places that have ever been equipped, by the day of their first reader."""
    forecast: Forecast | None
    forecast_method: Mapping[str, str]
    """How it was reckoned, or why there is none; in Indonesian and English."""


def place_lines(
    places: Sequence[Place], stood: Sequence[Stood], targets: Sequence[Target], day: date
) -> list[PlaceLine]:
    """Every place of a kind that has a target, as of the end of a day."""
    by_place: dict[str, list[Stood]] = {}
    for each in stood:
        by_place.setdefault(each.place, []).append(each)
    names = {place.code: place.name for place in places}
    wanted = {kind: current(targets, kind, day) for kind in {each.kind for each in targets}}
    return [
        _place_line(place, by_place.get(place.code, []), wanted[place.kind], names=names, day=day)
        for place in as_of(places, day)
        if place.kind in wanted
    ]


def _place_line(
    place: Place, stood: Sequence[Stood], target: Target | None, *, names: Mapping[str, str], day: date
) -> PlaceLine:
    best = min(
        (each for each in stood if each.state in _BEST_FIRST),
        key=lambda each: (_BEST_FIRST.index(each.state), each.since),
        default=None,
    )
    equipped = best is not None and best.state in STANDING
    due = None if equipped or target is None else target
    kecamatan = place.code if place.kind == "kecamatan" else (place.parent or "")
    return PlaceLine(
        place=place.code,
        name=place.name,
        kind=place.kind,
        kecamatan=kecamatan,
        kecamatan_name=names.get(kecamatan, ""),
        state="none" if best is None else best.state,
        since=None if best is None else best.since,
        equipped=equipped,
        funds=None if due is None else due.funds,
        funds_year=None if due is None else due.funds_year,
        due=None if due is None else due.due,
        days_late=0 if due is None else _days_late(due.due, day),
    )


def kind_lines(
    lines: Sequence[PlaceLine], first_readers: Mapping[str, date], targets: Sequence[Target], day: date
) -> list[KindLine]:
    """Plan against actual, by kind of place.

    Args:
        lines: every place, see `place_lines`.
        first_readers: by place, the day on which its first reader stood there.
        targets: all of them.
        day: at whose end.
    """
    return [
        _kind_line(kind, [each for each in lines if each.kind == kind], first_readers, targets, day)
        for kind in sorted({each.kind for each in targets})
    ]


def _kind_line(
    kind: str,
    lines: Sequence[PlaceLine],
    first_readers: Mapping[str, date],
    targets: Sequence[Target],
    day: date,
) -> KindLine:
    target = current(targets, kind, day)
    equipped = sum(each.equipped for each in lines)
    firsts = sorted(first_readers[each.place] for each in lines if each.place in first_readers)
    missing = len(lines) - equipped
    ahead = forecast(firsts, missing=missing, as_of=day)
    short = 0 if target is None else max(0, target.places - equipped)
    return KindLine(
        kind=kind,
        places=len(lines),
        target=None if target is None else target.places,
        due=None if target is None else target.due,
        funds=None if target is None else target.funds,
        funds_year=None if target is None else target.funds_year,
        set_on=None if target is None else target.set_on,
        equipped=equipped,
        missing=missing,
        short_of_target=short,
        days_late=_days_late(target.due, day) if target is not None and short else 0,
        plan=[
            Step(day=each.due, places=each.places)
            for each in sorted(targets, key=lambda each: each.due)
            if each.kind == kind and each.set_on <= day
        ],
        actual=[Step(day=each, places=_until(firsts, each)) for each in sorted(set(firsts))],
        forecast=ahead,
        forecast_method=METHOD if ahead is not None else TOO_LITTLE if missing else COMPLETE,
    )


def curve(kinds: Sequence[KindLine]) -> list[CurvePoint]:
    """Plan, actual and forecast of all kinds, point by point."""
    return [
        CurvePoint(kind=each.kind, series=series, day=step.day, places=step.places)
        for each in kinds
        for series, steps in (("plan", each.plan), ("actual", each.actual), *_ahead(each))
        for step in steps
    ]


def _ahead(line: KindLine) -> list[tuple[str, list[Step]]]:
    if (ahead := line.forecast) is None:
        return []
    days = (("early", ahead.early), ("middle", ahead.middle), ("late", ahead.late))
    return [(series, [Step(day=day, places=line.places)]) for series, day in days]


def _until(firsts: Sequence[date], day: date) -> int:
    return sum(each <= day for each in firsts)


def _days_late(due: date, day: date) -> int:
    return max(0, (day - due).days)
