"""Whether institutions use readers as the law wants it, as of a day."""

from datetime import date

from aiohttp import web
from msgspec import Struct

from registry.audit.unit_of_work import Office
from registry.kit.local_dates import end_of
from registry.rollout.compliance import KindLine, Line, by_kind, line
from registry.rollout.duties import Duty
from registry.rollout.store import as_of as readers_as_of
from registry.rollout.store import duties
from registry.web.as_of_day import AsOfQuery, day_asked
from registry.web.csv_tables import one_table, table, wants_table
from registry.web.json_io import answer
from registry.web.route_docs import tells


class Compliance(Struct, frozen=True, kw_only=True, rename={"as_of": "as-of"}):
    """The report. In use: a reader that is approved and was tapped within 30 days."""

    as_of: date
    kinds: list[KindLine]
    institutions: list[Line]


def routes(office: Office) -> web.RouteTableDef:
    """The report, and what it is held to."""
    asked = web.RouteTableDef()

    @asked.get("/v1/reports/compliance")
    @tells("Whether institutions use readers, as of a day.", query=AsOfQuery, answer=Compliance, table=True)
    async def show_compliance(request: web.Request) -> web.Response:
        day = day_asked(request)
        async with (
            office.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            known = await duties.everything(connection)
            holdings = await readers_as_of.holdings(connection, end_of(day), day)
        lines = [line(each, known, day) for each in holdings]
        kinds = by_kind(lines, known, day)
        if wants_table(request):
            return one_table(request, {"institutions": (Line, lines), "kinds": (KindLine, kinds)})
        return answer(Compliance(as_of=day, kinds=kinds, institutions=lines))

    @asked.get("/v1/duties")
    @tells("Whom the law binds to what, and until when.", answer=list[Duty], table=True)
    async def list_duties(request: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            known = await duties.everything(connection)
        return table(Duty, known) if wants_table(request) else answer(known)

    return asked
