"""The day of which a report is."""

from datetime import date, datetime

from aiohttp import web

from registry.kit.errors import Unfit
from registry.kit.local_dates import FIRST_YEAR, LAST_YEAR, WIB, beginning_of, today
from registry.web.csv_tables import TableQuery
from registry.web.json_io import query


class AsOfQuery(TableQuery, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"day": "as-of"}):
    """At the end of which day of western Indonesia; today where none is given."""

    day: date | None = None


def day_asked(request: web.Request) -> date:
    """The day that is asked for. Raises ValidationError and Unfit."""
    day = query(request, AsOfQuery).day or today()
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Unfit(f"`as-of` is a day from {FIRST_YEAR} to {LAST_YEAR}")
    return day


def moment_of(day: date | None) -> datetime:
    """The beginning of a day; now where none is given. Raises Unfit where it has not come yet."""
    now = datetime.now(WIB)
    if day is None:
        return now
    if day.year < FIRST_YEAR or day > now.date():
        raise Unfit(f"the day is from {FIRST_YEAR} until today")
    return beginning_of(day)
