"""How far a city has come with the enrolment of its residents."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from registry.places.places import Place
from registry.residents.reported_figures import Reported
from registry.residents.resident import STEPS

ELSEWHERE = "elsewhere"
"""All who live outside the city."""


class Standing(Struct, frozen=True, kw_only=True):
    """How many residents of a place stand where, at the end of a day."""

    place: str
    name: str
    obliged: int
    """To have a card, on that day."""
    not_recorded: int
    """Of the obliged."""
    reached: dict[str, int]
    """How many had come to each step, those who went on included."""
    waiting: dict[str, int]
    """How many had come to each step and not to the next."""


class Enrolment(Struct, frozen=True, kw_only=True, rename={"as_of": "as-of"}):
    """The report."""

    as_of: date
    city: Standing
    """The city's own residents, counted by the registry."""
    places: list[Standing]
    """Kelurahan by kelurahan; last, where there are any, those who live elsewhere."""
    reported: list[Reported]
    """What others said of that time, beside what the registry counts."""


def enrolment(
    as_of: date,
    reached: Mapping[str, Mapping[str, int]],
    *,
    places: Sequence[Place],
    reported: Sequence[Reported],
) -> Enrolment:
    """The report from the counts of each place."""
    names = {place.code: place.name for place in places}
    at_home = {code: counts for code, counts in reached.items() if code in names}
    outside = [counts for code, counts in reached.items() if code not in names]
    # a kelurahan that was split off later is there too, where somebody of that time lives in it now
    codes = {place.code for place in places if place.kind == "kelurahan" and _was(place, as_of)} | set(
        at_home
    )
    lines = [standing(code, names[code], at_home.get(code, {})) for code in sorted(codes)]
    if outside:
        lines.append(standing(ELSEWHERE, "luar kota / outside the city", _sum(outside)))
    city = next(place for place in places if place.parent is None)
    return Enrolment(
        as_of=as_of,
        city=standing(city.code, city.name, _sum(at_home.values())),
        places=lines,
        reported=list(reported),
    )


def standing(place: str, name: str, reached: Mapping[str, int]) -> Standing:
    """One line of the report."""
    obliged = reached.get("obliged", 0) - reached.get("released", 0)
    recorded = reached.get("recorded", 0) - reached.get("released-recorded", 0)
    by_step: dict[str, int] = {step: reached.get(step, 0) for step in STEPS}
    following = (*(by_step[step] for step in STEPS[1:]), 0)
    return Standing(
        place=place,
        name=name,
        obliged=obliged,
        not_recorded=obliged - recorded,
        reached=by_step,
        waiting={step: by_step[step] - after for step, after in zip(STEPS, following, strict=True)},
    )


def _was(place: Place, day: date) -> bool:
    return (place.valid_from is None or place.valid_from <= day) and (
        place.valid_to is None or day < place.valid_to
    )


def _sum(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for part in parts:
        for step, people in part.items():
            total[step] = total.get(step, 0) + people
    return total
