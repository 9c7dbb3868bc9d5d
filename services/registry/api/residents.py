"""Residents, imported in parts."""

from aiohttp import web

from registry.api.answers import answer
from registry.api.told import tells
from registry.citizens import Citizens
from registry.commands.import_residents import Imported, import_residents
from registry.days import today
from registry.office import Office


def routes(office: Office, *, citizens: Citizens) -> web.RouteTableDef:
    """The residents' half of the API."""
    table = web.RouteTableDef()

    @table.post("/v1/residents/import")
    @tells("Import lines of residents.", body=bytes, answer=Imported)
    async def post_residents(request: web.Request) -> web.Response:
        lines = await request.read()
        return answer(await import_residents(office, lines, citizens=citizens, today=today()))

    return table
