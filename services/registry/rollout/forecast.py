"""When the last place will have its reader, if it goes on as it went: a range, or nothing.

The method: bootstrap (B. Efron, The Annals of Statistics 7 (1979), 1-26) over the days between one place's
first reader and the next one's. As many gaps as places are missing are drawn with replacement and added up,
a thousand times; the 10th, 50th and 90th of a hundred sums are told. The gap that runs now is at least as
long as it is. Gaps are taken to be independent, which deliveries in lots are not: the range is rather too
narrow.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

LEAST_PLACES = 8
LEAST_DAYS = 5
DRAWS = 1_000
_SEED = 20130818
_LONGEST_DAYS = 365 * 200

METHOD = {
    "id": "Bootstrap atas jarak hari antarpemasangan, 1.000 undian dengan bibit tetap; jarak dianggap "
    "saling bebas, jadi rentangnya cenderung terlalu sempit.",
    "en": "Bootstrap over the days between installations, 1,000 draws with a fixed seed; gaps are taken to "
    "be independent, so the range is rather too narrow.",
}
COMPLETE = {"id": "Tidak ada yang kurang.", "en": "None is missing."}
TOO_LITTLE = {
    "id": f"Tidak ada perkiraan: perlu paling sedikit {LEAST_PLACES} tempat, terpasang pada paling "
    f"sedikit {LEAST_DAYS} hari yang berlainan.",
    "en": f"No forecast: it takes at least {LEAST_PLACES} places that were equipped on at least {LEAST_DAYS} "
    "different days.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """On which day none will be missing."""

    places_so_far: int
    early: date
    """One draw in ten is done by then."""
    middle: date
    late: date
    """Nine draws in ten are done by then."""


def forecast(equipped: Sequence[date], *, missing: int, as_of: date) -> Forecast | None:
    """None where too little is known, or nothing is missing.

    Args:
        equipped: the day of each place's first reader, none after `as_of`.
        missing: how many places have none yet.
        as_of: the day that is looked from.
    """
    days = sorted(equipped)
    if missing < 1 or len(days) < LEAST_PLACES or len(set(days)) < LEAST_DAYS:
        return None
    gaps = [(later - earlier).days for earlier, later in itertools.pairwise(days)]
    waited = (as_of - days[-1]).days
    longer = [gap for gap in gaps if gap > waited] or [waited + gap for gap in gaps]
    draw = Random(_SEED)  # noqa: S311  a forecast that is asked for twice is the same
    sums = sorted(draw.choice(longer) + sum(draw.choices(gaps, k=missing - 1)) for _ in range(DRAWS))

    def at(share: float) -> date:
        return days[-1] + timedelta(days=min(sums[int(share * (DRAWS - 1))], _LONGEST_DAYS))

    return Forecast(places_so_far=len(days), early=at(0.1), middle=at(0.5), late=at(0.9))
