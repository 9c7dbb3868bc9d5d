"""How far enrolment has come, as of a day."""

from aiohttp import web

from registry.api.answers import answer
from registry.api.as_of import AsOfQuery, day_asked
from registry.api.tables import one_table, wants_table
from registry.api.told import tells
from registry.office import Office
from registry.reported_figures import Reported, as_of
from registry.residents_enrolment import Enrolment, Standing, enrolment
from registry.store import enrolment as stored
from registry.store import places, residents


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
