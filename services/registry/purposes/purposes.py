"""The purposes: which checks each needs, its good word, the status it wants, how old a reading may be."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from ketuk_events.catalogue import CHIP_CHECK
from ketuk_events.outcomes import Check, Outcome
from ketuk_events.projection import Purpose
from registry.kit.errors import Unfit

FIRST = Path(__file__).parents[1] / "data" / "purposes.json"
"""The purposes of a registry that has published none yet."""
MOST_SECONDS = 30 * 86_400
"""No reading counts that is older."""
_ALIVE = {Check.READER_TRUSTED, Check.CHIP_ANSWERS, Check.CHIP_READABLE}
_VERIFIED = _ALIVE | {Check.CARD_AUTHENTIC, Check.DATA_SIGNED, Check.CARD_STATUS}


def read(file: Path) -> tuple[Purpose, ...]:
    """The purposes of a data file."""
    return in_order(msgspec.json.decode(file.read_bytes(), type=tuple[Purpose, ...]))


def in_order(purposes: Iterable[Purpose]) -> tuple[Purpose, ...]:
    """The same, their checks in the order in which they decide, so that what says the same is the same."""
    order = list(Check)
    return tuple(
        msgspec.structs.replace(
            each, needs=tuple(str(check) for check in sorted(map(Check, each.needs), key=order.index))
        )
        for each in sorted(purposes, key=lambda purpose: purpose.purpose)
    )


def must_fit(purposes: Sequence[Purpose], *, before: Iterable[Purpose]) -> None:
    """Raises Unfit where these cannot follow those before."""
    names = [each.purpose for each in purposes]
    if len(set(names)) < len(names):
        raise Unfit("a purpose occurs twice")
    if CHIP_CHECK not in names:
        raise Unfit(f"{CHIP_CHECK} is missing")
    if gone := sorted({each.purpose for each in before} - set(names)):
        # what is read for it already could not be judged any more
        raise Unfit(f"{gone[0]} cannot be taken away: readings for it may be under way")
    for each in purposes:
        _must_fit(each)


def _must_fit(purpose: Purpose) -> None:
    name = purpose.purpose
    if len(set(purpose.needs)) < len(purpose.needs):
        raise Unfit(f"{name} needs a check twice")
    if Check.NIK_CONSISTENT in purpose.needs:
        raise Unfit(f"{name}: {Check.NIK_CONSISTENT} is a notice and never decides")
    if (purpose.good_word == Outcome.ALIVE) != (name == CHIP_CHECK):
        # what is told to nobody, and what an agency may hear of, are told apart by it
        raise Unfit(f"{name}: the good word of {CHIP_CHECK}, and of no other purpose, is {Outcome.ALIVE}")
    least = _ALIVE if purpose.good_word == Outcome.ALIVE else _VERIFIED
    if missing := [check for check in Check if check in least and check not in purpose.needs]:
        raise Unfit(f"{name}: nothing is {purpose.good_word} without {missing[0]}")
    if not 0 < purpose.max_age_seconds <= MOST_SECONDS:
        raise Unfit(f"{name}: a reading may be 1 to {MOST_SECONDS} seconds old")
