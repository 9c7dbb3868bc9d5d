"""How healthy chips are: counts with their uncertainty, by place, year, reported cause and reader."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from operator import attrgetter
from typing import Literal

from registry.chip_finding import Finding
from registry.reader_health import Asked, ReaderFinding, Trials, judge_readers

TapsBy = Literal["place", "year", "reader"]
By = Literal[TapsBy, "cause"]
_Z = 1.959963984540054
"""The normal quantile of a two-sided 95 %."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """So many taps of one sort."""

    place: str
    place_name: str
    year: str
    reader: str
    """`gateway/reader`."""
    chip_check: bool
    finding: str
    taps: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CauseCount:
    """So many chip checks of one sort."""

    cause: str
    finding: str
    taps: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """So many times a card was checked before something was tried with it, and after."""

    cause: str
    before: str
    after: str
    same_card_seen: bool
    """Both checks read the same UID; otherwise the officer's word alone says that it was one card."""
    pairs: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A share and its 95 % interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What taps came to."""

    taps: int
    alive: int
    damaged: int
    dead: int
    silent: int
    not_a_ktp: int
    undecided: int
    alive_share: Share | None
    """The living among the alive, damaged and dead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One place, cause, year or reader."""

    name: str
    label: str
    chip_checks: Tally
    """Of cards that somebody doubted."""
    other_taps: Tally | None
    """Of cards that came for another purpose; None where they are not divided so."""
    reader: ReaderFinding | None = None


def tally(counts: Iterable[Count | CauseCount]) -> Tally:
    """Add up."""
    by: Counter[str] = Counter()
    for each in counts:
        by[each.finding] += each.taps
    return _tally(by)


def _tally(by: Mapping[str, int]) -> Tally:
    alive, damaged, dead = (by.get(each, 0) for each in (Finding.ALIVE, Finding.DAMAGED, Finding.DEAD))
    known = alive + damaged + dead
    return Tally(
        taps=sum(by.values()),
        alive=alive,
        damaged=damaged,
        dead=dead,
        silent=by.get(Finding.SILENT, 0),
        not_a_ktp=by.get(Finding.NOT_A_KTP, 0),
        undecided=by.get(Finding.UNDECIDED, 0),
        alive_share=wilson(alive, known) if known else None,
    )


def wilson(part: int, whole: int) -> Share:
    """A share with Wilson's score interval of 95 %, which stays within 0 and 1 and holds for few taps too.

    E. B. Wilson, Journal of the American Statistical Association 22 (1927), 209-212.
    """
    share = part / whole
    middle = share + _Z**2 / (2 * whole)
    reach = _Z * sqrt(share * (1 - share) / whole + _Z**2 / (4 * whole**2))
    low, high = ((middle + sign * reach) / (1 + _Z**2 / whole) for sign in (-1, 1))
    # where all or none live, only rounding keeps the interval from its end
    return Share(
        share=round(share, 4),
        low=0.0 if part == 0 else round(low, 4),
        high=1.0 if part == whole else round(high, 4),
    )


def cause_lines(counts: Iterable[CauseCount]) -> list[Line]:
    """The tallies of chip checks by reported cause."""
    groups: dict[str, list[CauseCount]] = {}
    for each in counts:
        groups.setdefault(each.cause, []).append(each)
    return [
        Line(name=name, label=name, chip_checks=tally(group), other_taps=None)
        for name, group in sorted(groups.items())
    ]


def lines(counts: Iterable[Count], by: TapsBy, *, trials: Mapping[str, Trials]) -> list[Line]:
    """The tallies by place, year or reader; `trials` by reader, see `reader_health`."""
    groups: dict[str, _Group] = {}
    name_of = attrgetter(by)
    for each in counts:
        if (group := groups.get(name := name_of(each))) is None:
            group = groups[name] = _Group(label=each.place_name if by == "place" else name)
        (group.checks if each.chip_check else group.others)[each.finding] += each.taps
    asked = {name: group.asked() for name, group in groups.items()}
    judged = judge_readers(asked, trials) if by == "reader" else {}
    return [
        Line(
            name=name,
            label=group.label,
            chip_checks=_tally(group.checks),
            other_taps=_tally(group.others),
            reader=judged.get(name),
        )
        for name, group in sorted(groups.items())
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Group:
    label: str
    checks: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)

    def asked(self) -> Asked:
        both = self.checks + self.others
        return Asked(
            chips=both.total() - both[Finding.UNDECIDED], silent=both[Finding.DEAD] + both[Finding.SILENT]
        )
