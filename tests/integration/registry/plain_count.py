"""What the sums of chip findings have to be, counted from the taps one by one and without a database."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import TypeAlias

from registry.chip_health.finding import ChipFinding
from registry.kit.local_dates import WIB

Facts: TypeAlias = Counter[tuple[object, ...]]
Sums: TypeAlias = Mapping[str, Facts]
"""By table."""
TRIAL_DAYS = 30


def counted(taps: Sequence[ChipFinding]) -> Sums:
    """What the rows of days have to be."""
    seen = [each for each in taps if each.card_ref is not None and each.finding in {"alive", "damaged"}]
    return {
        "chip_counts": Counter((_day(each), *_at(each), each.place, _sort(each)) for each in taps),
        "cause_counts": Counter((_day(each), each.cause, each.finding) for each in taps if each.cause),
        "damaged_file_counts": Counter((_day(each), file, "") for each in taps for file in each.damaged),
        "trial_counts": _trials(seen),
        "pair_counts": _pairs(taps),
        "card_counts": _cards(seen),
    }


def _sort(tap: ChipFinding) -> str:
    return f"{'checks' if tap.cause else 'others'}_{tap.finding.replace('-', '_')}"


def _day(tap: ChipFinding) -> date:
    return tap.judged.astimezone(WIB).date()


def _at(tap: ChipFinding) -> tuple[str, str]:
    return tap.gateway, tap.reader


def _failed(tap: ChipFinding) -> bool:
    return tap.finding == "damaged" and bool({"6FF0", "6FF2"} & set(tap.damaged))


def _trials(taps: Sequence[ChipFinding]) -> Facts:
    """A card's day at a reader, by whether it was read whole elsewhere after it was first tried there."""
    days: dict[tuple[bytes | None, date, tuple[str, str]], list[ChipFinding]] = {}
    for each in taps:
        days.setdefault((each.card_ref, _day(each), _at(each)), []).append(each)
    facts: Facts = Counter()
    for (card, day, at), here in days.items():
        elsewhere = [
            [each for each in there if each.finding == "alive"]
            for (whose, when, where), there in days.items()
            if whose == card and where != at and day <= when <= day + timedelta(days=TRIAL_DAYS)
        ]
        failed = [each for each in here if _failed(each)]
        tried = failed + [each for each in here if each.finding == "alive"]
        facts[day, *at, "tried"] += any(_after(there, tried) for there in elsewhere)
        facts[day, *at, "failed"] += any(_after(there, failed) for there in elsewhere)
    return +facts


def _after(whole: Iterable[ChipFinding], tried: Iterable[ChipFinding]) -> bool:
    """By both clocks."""
    if not whole or not tried:
        return False
    return max(each.began for each in whole) > min(each.began for each in tried) and (
        max(each.judged for each in whole) > min(each.judged for each in tried)
    )


def _pairs(taps: Sequence[ChipFinding]) -> Facts:
    by_key = {(each.gateway, each.tap): each for each in taps}
    facts: Facts = Counter()
    for later in taps:
        earlier = None if later.before is None else by_key.get((later.gateway, later.before))
        if earlier is None or earlier.cause is None or earlier.began >= later.began:
            continue
        both_seen = earlier.card_ref is not None and later.card_ref is not None
        if not both_seen or earlier.card_ref == later.card_ref:
            facts[_day(later), later.cause, earlier.finding, later.finding, str(both_seen).lower(), ""] += 1
    return facts


def _cards(taps: Sequence[ChipFinding]) -> Facts:
    """From the beginning of a year they add up to how many cards were found so last."""
    facts: Facts = Counter()
    # a card of which both was told in one moment is alive
    in_order = sorted(taps, key=lambda each: (each.card_ref, each.judged, each.finding == "alive"))
    for _, of_a_year in groupby(in_order, key=lambda each: (each.card_ref, _day(each).year)):
        was = None
        for day, of_a_day in groupby(of_a_year, key=_day):
            damaged = str(list(of_a_day)[-1].finding == "damaged").lower()
            if was is not None:
                facts[day, was, ""] -= 1
            facts[day, damaged, ""] += 1
            was = damaged
    return Counter({key: number for key, number in facts.items() if number})
