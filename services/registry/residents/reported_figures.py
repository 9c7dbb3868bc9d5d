"""Figures on enrolment that others have said, before the registry counted any resident itself.

They stand beside the registry's own counts and are never added to them. What is reckoned from several of them
says from which, and that it is about so many where one of them was rounded or they are of different days.
"""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

_DATA = Path(__file__).parents[1] / "data"


class Reported(Struct, frozen=True, kw_only=True):
    """A number of people, as it was said or as it follows from what was said."""

    measure: str
    day: date
    """Of which it is; a target's last day."""
    people: int
    about: bool
    """It is rounded, or follows from what is not exact."""
    said_on: date
    source: str
    derived_from: tuple[str, ...] = ()
    """`measure@day` of each that it follows from; what was said itself has none."""

    @property
    def name(self) -> str:
        """How another refers to it."""
        return f"{self.measure}@{self.day}"


def read(region: str) -> tuple[Reported, ...]:
    """What was said of a region, and what follows; empty where nothing was."""
    file = _DATA / f"{region}-reported.csv"
    if not file.is_file():
        return ()
    with file.open(encoding="utf-8", newline="") as lines:
        said = tuple(
            Reported(
                measure=row["measure"],
                day=date.fromisoformat(row["day"]),
                people=int(row["people"]),
                about=row["about"] == "yes",
                said_on=date.fromisoformat(row["said_on"]),
                source=row["source"],
            )
            for row in csv.DictReader(lines)
        )
    return (*said, *_derived(said))


def as_of(figures: Sequence[Reported], day: date) -> list[Reported]:
    """The newest of each measure that is of this day or an earlier one; a target while its year runs."""
    newest: dict[str, Reported] = {}
    for each in sorted(figures, key=lambda each: each.day):
        if each.measure == "target":
            if each.day.year == day.year:
                newest[each.measure] = each
        elif each.day <= day:
            newest[each.measure] = each
    return list(newest.values())


def _derived(said: Sequence[Reported]) -> list[Reported]:
    by_name = {each.measure: each for each in said}
    found: list[Reported] = []
    left, fewer, recorded = (by_name.get(name) for name in ("not_recorded", "fewer_since_2012", "recorded"))
    if left and fewer:
        found.append(_sum("not_recorded", date(2012, 12, 31), left, fewer))
    if left and recorded:
        found.append(_sum("obliged", max(left.day, recorded.day), recorded, left))
    return found


def _sum(measure: str, day: date, *parts: Reported) -> Reported:
    return Reported(
        measure=measure,
        day=day,
        people=sum(part.people for part in parts),
        about=any(part.about for part in parts) or len({part.day for part in parts}) > 1,
        said_on=max(part.said_on for part in parts),
        source="the sum of what it is derived from",
        derived_from=tuple(part.name for part in parts),
    )
