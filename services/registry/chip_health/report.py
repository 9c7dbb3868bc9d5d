"""How healthy chips are: counts with their uncertainty, by place, year, reported cause and reader."""

from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from operator import attrgetter
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from registry.chip_health.finding import Finding
from registry.chip_health.reader_comparison import Asked, ReaderFinding, Trials, judge_readers

TapsBy = Literal["place", "year", "reader"]
By = Literal[TapsBy, "cause"]
Found: TypeAlias = Sequence[int]
"""How many taps of each `Finding`, in their order."""
_NOTHING: Found = (0,) * len(Finding)
_Z = 1.959963984540054
"""The normal quantile of a two-sided 95 %."""


class Count(Struct, frozen=True, kw_only=True, gc=False):
    """What the taps of one reader at one place in one year came to."""

    place: str
    place_name: str
    year: str
    reader: str
    """`gateway/reader`."""
    checks: Found
    others: Found


class CauseCount(Struct, frozen=True, kw_only=True, gc=False):
    """What the chip checks of one cause came to."""

    cause: str
    checks: Found


class Pair(Struct, frozen=True, kw_only=True, gc=False):
    """So many times a card was checked before something was tried with it, and after."""

    cause: str
    before: str
    after: str
    same_card_seen: bool
    """Both checks read the same UID; otherwise the officer's word alone says that it was one card."""
    pairs: int


class Share(Struct, frozen=True, kw_only=True, gc=False):
    """A share and its 95 % interval."""

    share: float
    low: float
    high: float


class Tally(Struct, frozen=True, kw_only=True, gc=False):
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


class Line(Struct, frozen=True, kw_only=True, gc=False):
    """One place, cause, year or reader."""

    name: str
    label: str
    chip_checks: Tally
    """Of cards that somebody doubted."""
    other_taps: Tally | None
    """Of cards that came for another purpose; None where they are not divided so."""
    reader: ReaderFinding | None = None


def tally(found: Iterable[Found]) -> Tally:
    """Add up."""
    alive, damaged, dead, silent, not_a_ktp, undecided = map(sum, zip(_NOTHING, *found, strict=True))
    known = alive + damaged + dead
    return Tally(
        taps=known + silent + not_a_ktp + undecided,
        alive=alive,
        damaged=damaged,
        dead=dead,
        silent=silent,
        not_a_ktp=not_a_ktp,
        undecided=undecided,
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
    return [
        Line(name=each.cause, label=each.cause, chip_checks=tally([each.checks]), other_taps=None)
        for each in sorted(counts, key=attrgetter("cause"))
    ]


def lines(counts: Iterable[Count], by: TapsBy, *, trials: Mapping[str, Trials]) -> list[Line]:
    """The tallies by place, year or reader; `trials` by reader, see `reader_comparison`."""
    groups: dict[str, list[Count]] = {}
    name_of = attrgetter(by)
    for each in counts:
        groups.setdefault(name_of(each), []).append(each)
    found = [
        Line(
            name=name,
            label=group[0].place_name if by == "place" else name,
            chip_checks=tally([each.checks for each in group]),
            other_taps=tally([each.others for each in group]),
        )
        for name, group in sorted(groups.items())
    ]
    if by != "reader":
        return found
    judged = judge_readers({each.name: _asked(each) for each in found}, trials)
    return [replace(each, reader=judged[each.name]) for each in found]


def _asked(line: Line) -> Asked:
    tallies = [each for each in (line.chip_checks, line.other_taps) if each is not None]
    return Asked(
        chips=sum(each.taps - each.undecided for each in tallies),
        silent=sum(each.dead + each.silent for each in tallies),
    )
