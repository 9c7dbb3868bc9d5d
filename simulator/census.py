"""The residents of a city on the way to their cards, as a file: invented, and the same for the same seed.

Their NIKs lie in kecamatan 33.72.99, as all in the simulator; where they live are codes of the city.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from faker.providers.person.id_ID import Provider

RESIDENTS = 415_736
"""Recorded and not yet recorded, as the city said in August 2013."""
RECORDED = 365_736
COLUMNS = (
    "nik", "name", "born", "sex", "place", "obliged_from", "obliged_until",
    "recorded", "sent", "received", "checked", "ready", "printed", "activated",
)  # fmt: skip
UNTIL = date(2013, 8, 18)
_FROM = date(2011, 9, 1)
_FIRST_BIRTH = date(1925, 1, 1)
_LAST_BIRTH = date(1994, 8, 31)
"""Seventeen when the recording began, and so obliged from its first day."""
_WOMEN_ADD_DAYS = 40
_STEPS = 7


def rows(count: int, *, seed: int, places: Sequence[str], recorded: int | None = None) -> Iterator[list[str]]:
    """So many lines; the first `recorded` of them are recorded at least (in proportion, where not given)."""
    chance = Random(seed)  # noqa: S311  nothing secret
    serials: Counter[tuple[date, bool]] = Counter()
    births = (_LAST_BIRTH - _FIRST_BIRTH).days
    recorded = count * RECORDED // RESIDENTS if recorded is None else recorded
    for number in range(count):
        woman = chance.random() < 0.5  # noqa: PLR2004  as many as men
        born = _FIRST_BIRTH + timedelta(days=chance.randrange(births))
        serials[born, woman] += 1
        day = born.day + (_WOMEN_ADD_DAYS if woman else 0)
        names = Provider.first_names_female if woman else Provider.first_names_male
        yield [
            f"337299{day:02}{born:%m%y}{serials[born, woman]:04}",
            f"{chance.choice(names)} {chance.choice(Provider.last_names)}".upper(),
            born.isoformat(),
            "P" if woman else "L",
            chance.choice(places),
            _FROM.isoformat(),
            "",
            *_steps(chance, number < recorded),
        ]


def write(file: Path, count: int, *, seed: int, places: Sequence[str]) -> None:
    """Write them as CSV."""
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(rows(count, seed=seed, places=places))


def _steps(chance: Random, recorded: bool) -> Iterator[str]:  # noqa: FBT001  private
    taken = chance.randint(1, _STEPS) if recorded else 0
    day = UNTIL - timedelta(days=chance.randrange((UNTIL - _FROM).days))
    for step in range(_STEPS):
        yield day.isoformat() if step < taken else ""
        day = min(UNTIL, day + timedelta(days=chance.randrange(20)))
