"""How far enrolment has come, as of a day."""

from aiohttp import web

from registry.audit.unit_of_work import Office
from registry.places.store import places
from registry.residents.enrolment import Enrolment, Standing, enrolment
from registry.residents.reported_figures import Reported, as_of
from registry.residents.store import enrolment as stored
from registry.residents.store import residents
from registry.web.as_of_day import AsOfQuery, day_asked
from registry.web.csv_tables import one_table, wants_table
from registry.web.json_io import answer
from registry.web.route_docs import tells


def routes(office: Office, *, reported: tuple[Reported, ...]) -> web.RouteTableDef:
    """The report. Who first asks after an import waits until the newcomers are counted."""
    table = web.RouteTableDef()

    @table.get("/v1/reports/enrolment")
    @tells("How far enrolment has come, as of a day.", query=AsOfQuery, answer=Enrolment, table=True)
    async def show_enrolment(request: web.Request) -> web.Response:
        day = day_asked(request)
        await _count_newcomers(office)
        async with office.pool.acquire() as connection:
            reached = await stored.reached(connection, day)
            known = await places.all_places(connection)
        found = enrolment(day, reached, places=known, reported=as_of(reported, day))
        if wants_table(request):
            return one_table(
                request, {"places": (Standing, found.places), "reported": (Reported, found.reported)}
            )
        return answer(found)

    return table


async def _count_newcomers(office: Office) -> None:
    async with office.pool.acquire() as connection:
        if not await stored.waiting(connection):
            return
        async with connection.transaction():
            await residents.take_turn(connection)
            await stored.add_up(connection)
