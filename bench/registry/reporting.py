"""How long each report takes, over HTTP and as SELECTs of the same rows."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import quantiles

import aiohttp

from bench.registry import taps
from bench.registry.figures import Report
from chassis.storage.postgres import Connection
from registry.chip_health.store import counts as chip_counts
from registry.kit.date_ranges import spans
from registry.kit.local_dates import end_of
from registry.places.store import places
from registry.readers.store import as_of as readers_as_of
from registry.residents.store import enrolment
from registry.rollout.store import as_of as rollout_as_of
from registry.rollout.store import duties, targets
from registry.taps import minutes_store as tap_minutes
from registry.taps.live_taps import HOURS, MINUTES
from simulator import census

ASKED = 300
Select = Callable[[Connection, date], Awaitable[object]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A report, the days of which it is asked, and what it reads."""

    name: str
    path: str
    """With `{day}` in it."""
    last: date
    apart: int
    """Days between one that is asked for and the next."""
    selects: tuple[Select, ...]


def every_report(last: date) -> tuple[Asked, ...]:
    """All of them; `last` is the last day with taps."""
    first = last - timedelta(days=taps.DAYS - 1)

    def health(begin: date | None) -> tuple[Select, ...]:
        async def select(database: Connection, day: date) -> None:
            year = spans(day.replace(month=1, day=1), day)
            within = year if begin is None else spans(begin, day)
            for read in (
                chip_counts.counts,
                chip_counts.causes,
                chip_counts.trials,
                chip_counts.damaged_files,
                chip_counts.pairs,
            ):
                await read(database, within)
            await chip_counts.cards(database, year)

        return (select,)

    def as_of(name: str, path: str, *selects: Select) -> Asked:
        return Asked(name=name, path=f"/v1/reports/{path}?as-of={{day}}", last=last, apart=1, selects=selects)

    return (
        Asked(
            name="enrolment",
            path="/v1/reports/enrolment?as-of={day}",
            last=census.UNTIL,
            apart=2,
            selects=(enrolment.reached, _places),
        ),
        as_of(
            "compliance",
            "compliance",
            lambda database, _: duties.everything(database),
            lambda database, day: rollout_as_of.holdings(database, end_of(day), day),
        ),
        as_of(
            "roll-out",
            "roll-out",
            _places,
            lambda database, _: targets.everything(database),
            lambda database, day: rollout_as_of.stood(database, end_of(day)),
            lambda database, day: rollout_as_of.first_readers(database, end_of(day)),
        ),
        as_of(
            "readers, the silent ones too",
            "readers",
            lambda database, day: readers_as_of.readers(database, end_of(day), day),
        ),
        Asked(
            name="chip health of a year until a day",
            path="/v1/reports/chip-health?until={day}",
            last=last,
            apart=1,
            selects=health(None),
        ),
        Asked(
            name="chip health of all taps until a day",
            path=f"/v1/reports/chip-health?from={first}&until={{day}}",
            last=last,
            apart=1,
            selects=health(first),
        ),
        Asked(
            name="taps a minute and outcomes by reason, looked up once a second for all who ask",
            path="/v1/reports/taps",
            last=last,
            apart=0,
            selects=(_newest,),
        ),
    )


async def report(asked: Asked, registry: aiohttp.ClientSession, *, database: Connection) -> Report:
    """Ask for one day after the other."""
    days = [asked.last - timedelta(days=asked.apart * back) for back in range(ASKED)]
    over_http, selects = [], []
    for day in days:
        over_http.append(await once(asked, registry, day))
        begin = time.perf_counter()
        for select in asked.selects:
            await select(database, day)
        selects.append(time.perf_counter() - begin)
    return Report(
        name=asked.name,
        asked=ASKED,
        p50_milliseconds=_percentile(over_http, 50),
        p99_milliseconds=_percentile(over_http, 99),
        select_p50_milliseconds=_percentile(selects, 50),
        select_p99_milliseconds=_percentile(selects, 99),
    )


async def once(asked: Asked, registry: aiohttp.ClientSession, day: date) -> float:
    """How many seconds one answer takes."""
    begin = time.perf_counter()
    async with registry.get(asked.path.format(day=day)) as answer:
        answer.raise_for_status()
        await answer.read()
    return time.perf_counter() - begin


async def _newest(database: Connection, _: date) -> object:
    return await tap_minutes.newest(database, minutes=MINUTES, hours=HOURS)


async def _places(database: Connection, _: date) -> object:
    return await places.all_places(database)


def _percentile(seconds: list[float], of: int) -> float:
    return round(1000 * quantiles(seconds, n=100)[of - 1], 1)
