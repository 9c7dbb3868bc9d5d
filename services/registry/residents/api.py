"""Residents, imported in parts."""

from aiohttp import web

from registry.audit.unit_of_work import Office
from registry.kit.local_dates import today
from registry.pseudonyms.person_refs import Citizens
from registry.residents.import_residents import Imported, import_residents
from registry.web.json_io import answer
from registry.web.route_docs import tells


def routes(office: Office, *, citizens: Citizens) -> web.RouteTableDef:
    """The residents' half of the API."""
    table = web.RouteTableDef()

    @table.post("/v1/residents/import")
    @tells("Import lines of residents.", body=bytes, answer=Imported)
    async def post_residents(request: web.Request) -> web.Response:
        lines = await request.read()
        return answer(await import_residents(office, lines, citizens=citizens, today=today()))

    return table
