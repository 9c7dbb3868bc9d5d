"""Places of the city, and institutions."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from ketuk_events.names import Identifier, PlaceCode
from registry.audit.unit_of_work import Office
from registry.places.institutions import name_institution
from registry.places.places import Place
from registry.places.store import institutions, places
from registry.places.store.institutions import Institution
from registry.web.json_io import answer, body
from registry.web.route_docs import tells

_NAME = "{name:[a-z0-9-]{1,40}}"


class InstitutionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An institution."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    kind: Identifier
    place: PlaceCode | None = None
    """Where it has its office; None: as it was."""


def routes(office: Office) -> web.RouteTableDef:
    """Places are looked at, institutions are named too."""
    table = web.RouteTableDef()

    @table.get("/v1/places")
    @tells("Places.", answer=list[Place])
    async def list_places(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await places.all_places(connection))

    @table.get("/v1/institutions")
    @tells("Institutions.", answer=list[Institution])
    async def list_institutions(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await institutions.all_institutions(connection))

    @table.put(f"/v1/institutions/{_NAME}")
    @tells("Name an institution.", body=InstitutionBody, answer=Institution)
    async def put_institution(request: web.Request) -> web.Response:
        sent = await body(request, InstitutionBody)
        named = Institution(
            institution=request.match_info["name"], name=sent.name, kind=sent.kind, place=sent.place
        )
        return answer(await name_institution(office, named))

    return table
