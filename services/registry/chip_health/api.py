"""What the registry can tell of many taps together."""

from datetime import date

from aiohttp import web
from msgspec import Struct

from registry.audit.unit_of_work import Office
from registry.chip_health.report import By, Line, Pair, Tally, cause_lines, lines, tally
from registry.chip_health.store import counting as chip_counting
from registry.chip_health.store import counts as chip_counts
from registry.kit.date_ranges import spans
from registry.kit.errors import Unfit
from registry.kit.local_dates import FIRST_YEAR, LAST_YEAR, today
from registry.web.csv_tables import TableQuery, Tables, one_table, wants_table
from registry.web.json_io import answer, query
from registry.web.route_docs import tells

_GROUPS: tuple[By, ...] = ("place", "cause", "year", "reader")


class ChipHealthQuery(
    TableQuery,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"first": "from", "last": "until"},
):
    """Which report is wanted: days of western Indonesia, the last one included."""

    first: date | None = None
    last: date | None = None
    by: By | None = None


class ChipHealth(Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "until"}):
    """The report; `docs/chip-check.md` says how to read it."""

    first: date
    last: date
    chip_checks: Tally
    other_taps: Tally
    cards_last_seen: dict[str, int]
    """Different cards that gave their UID in the last day's year until then, by how each was found last."""
    damaged_files: dict[str, int]
    by: dict[str, list[Line]]
    pairs: list[Pair]


def routes(office: Office) -> web.RouteTableDef:
    """The reports."""
    table = web.RouteTableDef()

    @table.get("/v1/reports/chip-health")
    @tells("What kills chips, and which reader fails.", query=ChipHealthQuery, answer=ChipHealth, table=True)
    async def chip_health(request: web.Request) -> web.Response:
        asked = query(request, ChipHealthQuery)
        if wants_table(request) and asked.by is None and asked.table is None:
            raise Unfit("a table needs `by`")
        report = await _chip_health(office, asked)
        if not wants_table(request):
            return answer(report)
        tables: Tables = {"pairs": (Pair, report.pairs)}
        if asked.by is not None:
            tables = {asked.by: (Line, report.by[asked.by]), **tables}
        return one_table(request, tables)

    return table


async def _chip_health(office: Office, asked: ChipHealthQuery) -> ChipHealth:
    last = asked.last or today()
    first = asked.first or last.replace(month=1, day=1)
    if not FIRST_YEAR <= first.year <= last.year <= LAST_YEAR or first > last:
        raise Unfit(f"`from` and `until` are days from {FIRST_YEAR} to {LAST_YEAR}, in this order")
    within = spans(first, last)
    async with office.pool.acquire() as connection:
        await chip_counting.add_up(connection)
    # one moment for all that is counted
    async with (
        office.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        counts = await chip_counts.counts(connection, within)
        causes = await chip_counts.causes(connection, within)
        trials = await chip_counts.trials(connection, within)
        return ChipHealth(
            first=first,
            last=last,
            chip_checks=tally(each.checks for each in counts),
            other_taps=tally(each.others for each in counts),
            cards_last_seen=await chip_counts.cards(connection, spans(last.replace(month=1, day=1), last)),
            damaged_files=await chip_counts.damaged_files(connection, within),
            by={
                by: cause_lines(causes) if by == "cause" else lines(counts, by, trials=trials)
                for by in (_GROUPS if asked.by is None else (asked.by,))
            },
            pairs=await chip_counts.pairs(connection, within),
        )
