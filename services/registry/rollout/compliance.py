"""Compliance is use: an institution is in use of its readers, only owns them, waits for them or has none."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from registry.rollout.duties import KINDS, Duty, bound


class Use(StrEnum):
    """How far an institution has come, the best first."""

    IN_USE = "in-use"
    """A reader is approved and was tapped within 30 days."""
    UNUSED = "unused"
    """It owns a reader."""
    ON_ORDER = "on-order"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """An institution and its readers at the end of a day."""

    institution: str
    name: str
    kind: str
    place: str | None
    place_name: str | None
    owned: int
    """Delivered and not retired."""
    ordered: int
    tapped: int
    """Approved, and tapped within 30 days."""
    taps: int
    """Of those days."""
    last_tap: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One institution in the report."""

    institution: str
    name: str
    kind: str
    place: str | None
    place_name: str | None
    state: Use
    readers: int
    readers_tapped: int
    taps_in_30_days: int
    last_tap: datetime | None
    bases: str
    """What binds it, as it is cited."""
    due: date | None
    days_late: int
    """0 while it is not late, or not bound."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KindLine:
    """All institutions of one kind."""

    kind: str
    name_id: str
    name_en: str
    bases: str
    due: date | None
    institutions: int
    in_use: int
    unused: int
    on_order: int
    none: int
    late: int


def use(holding: Holding) -> Use:
    """How far an institution has come."""
    if holding.tapped:
        return Use.IN_USE
    if holding.owned:
        return Use.UNUSED
    return Use.ON_ORDER if holding.ordered else Use.NONE


def days_late(state: Use, due: date | None, as_of: date) -> int:
    """How many days have passed since readers should have been in use."""
    if due is None or state is Use.IN_USE:
        return 0
    return max(0, (as_of - due).days)


def line(holding: Holding, duties: Sequence[Duty], as_of: date) -> Line:
    """One institution, held to what binds its kind on that day."""
    binding, state = bound(duties, holding.kind, as_of), use(holding)
    return Line(
        institution=holding.institution,
        name=holding.name,
        kind=holding.kind,
        place=holding.place,
        place_name=holding.place_name,
        state=state,
        readers=holding.owned,
        readers_tapped=holding.tapped,
        taps_in_30_days=holding.taps,
        last_tap=holding.last_tap,
        bases="; ".join(binding.bases),
        due=binding.due,
        days_late=days_late(state, binding.due, as_of),
    )


def by_kind(lines: Iterable[Line], duties: Sequence[Duty], as_of: date) -> list[KindLine]:
    """The kinds that the law speaks of, also where the city has none, and any other that it has."""
    groups: dict[str, list[Line]] = {kind: [] for kind in KINDS}
    for each in lines:
        groups.setdefault(each.kind, []).append(each)
    return [_kind_line(kind, group, duties, as_of) for kind, group in groups.items()]


def _kind_line(kind: str, group: Sequence[Line], duties: Sequence[Duty], as_of: date) -> KindLine:
    binding, states = bound(duties, kind, as_of), Counter(each.state for each in group)
    names = KINDS.get(kind, {"id": kind, "en": kind})
    return KindLine(
        kind=kind,
        name_id=names["id"],
        name_en=names["en"],
        bases="; ".join(binding.bases),
        due=binding.due,
        institutions=len(group),
        in_use=states[Use.IN_USE],
        unused=states[Use.UNUSED],
        on_order=states[Use.ON_ORDER],
        none=states[Use.NONE],
        late=sum(each.days_late > 0 for each in group),
    )
