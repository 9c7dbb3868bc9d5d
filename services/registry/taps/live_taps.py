"""How many taps there are just now, and how they end."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.storage.postgres import Pool
from ketuk_events.outcomes import HEADLINES, Language, sentence
from registry.taps import minutes_store as tap_minutes

MINUTES = 60
"""That are shown one by one."""
HOURS = 24
"""Over which outcomes are counted."""
LANGUAGES: tuple[Language, ...] = ("id", "en")


@dataclass(frozen=True, kw_only=True, slots=True)
class Minute:
    """Taps that were judged in one minute."""

    minute: datetime
    taps: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """Taps that ended in one way."""

    outcome: str
    decided: str
    """The check that decided; empty where all that were needed passed."""
    code: str
    says: Mapping[str, str]
    """In Indonesian and English."""
    taps: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TapsNow:
    """What is seen."""

    minutes: list[Minute]
    """The last hour, minute by minute; the last one is still running."""
    outcomes: list[Ending]
    """Of a day, the most frequent first."""


def taps_now(
    now: datetime, minutes: Mapping[datetime, int], endings: Sequence[tuple[str, str, str, int]]
) -> TapsNow:
    """From what was counted: by minute, and by outcome, check and code."""
    running = now.replace(second=0, microsecond=0)
    hour = [running - timedelta(minutes=ago) for ago in reversed(range(MINUTES))]
    return TapsNow(
        minutes=[Minute(minute=each, taps=minutes.get(each, 0)) for each in hour],
        outcomes=[
            Ending(outcome=outcome, decided=decided, code=code, says=_says(outcome, decided, code), taps=taps)
            for outcome, decided, code, taps in sorted(endings, key=lambda each: (-each[3], each[:3]))
        ],
    )


def _says(outcome: str, decided: str, code: str) -> dict[str, str]:
    headlines = HEADLINES.get(outcome, {})
    return {
        language: sentence(decided, code, language) if decided else headlines.get(language, outcome)
        for language in LANGUAGES
    }


class Watch:
    """Looks at the database at most once in a while, for all who ask this process meanwhile."""

    def __init__(self, *, pool: Pool, every_seconds: float) -> None:
        self._pool = pool
        self._every = every_seconds
        self._turn = asyncio.Lock()
        self._seen: tuple[float, TapsNow] | None = None

    async def look(self) -> TapsNow:
        """What is seen, not older than `every_seconds`."""
        async with self._turn:
            clock = asyncio.get_running_loop().time
            if self._seen is None or clock() - self._seen[0] >= self._every:
                async with self._pool.acquire() as connection:
                    now, minutes, endings = await tap_minutes.newest(connection, minutes=MINUTES, hours=HOURS)
                self._seen = clock(), taps_now(now, minutes, endings)
            return self._seen[1]
