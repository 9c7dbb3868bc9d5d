"""The city as of a day, and the files that describe it."""

from dataclasses import dataclass
from datetime import date

from aiohttp import web
from msgspec import Struct

from registry.audit.unit_of_work import Office
from registry.city_data.files import FILES
from registry.city_data.load_file import load_file
from registry.gateways import store as gateways
from registry.places.places import as_of
from registry.places.responsibility import Task, responsible
from registry.places.store import places, responsibilities
from registry.web.as_of_day import AsOfQuery, day_asked
from registry.web.csv_tables import table, wants_table
from registry.web.json_io import answer
from registry.web.route_docs import tells

_NAMES = "|".join(FILES)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceLine:
    """A place, and how many counters stand at it."""

    code: str
    name: str
    kind: str
    parent: str | None
    parent_name: str | None
    counters: int
    """Gateways that the registry has a record of now, revoked ones not."""


class City(Struct, frozen=True, kw_only=True, rename={"as_of": "as-of"}):
    """The tree of places, and who was responsible for what."""

    as_of: date
    responsible: dict[Task, str]
    """`centre` or `region`, by task."""
    places: list[PlaceLine]


class Loaded(Struct, frozen=True, kw_only=True):
    """A file was taken."""

    file: str
    lines: int


def routes(office: Office) -> web.RouteTableDef:
    """The report, and the import."""
    asked = web.RouteTableDef()

    @asked.get("/v1/reports/places")
    @tells(
        "The city's places and who was responsible, as of a day.", query=AsOfQuery, answer=City, table=True
    )
    async def show_city(request: web.Request) -> web.Response:
        day = day_asked(request)
        async with office.pool.acquire() as connection:
            known = await places.all_places(connection)
            had = await responsibilities.everything(connection)
            stand = await gateways.all_gateways(connection, region=office.region)
        names = {place.code: place.name for place in known}
        counters = [each.place for each in stand if each.state != "revoked"]
        lines = [
            PlaceLine(
                code=place.code,
                name=place.name,
                kind=place.kind,
                parent=place.parent,
                parent_name=names.get(place.parent or ""),
                counters=counters.count(place.code),
            )
            for place in as_of(known, day)
        ]
        if wants_table(request):
            return table(PlaceLine, lines)
        return answer(City(as_of=day, responsible=responsible(had, day), places=lines))

    @asked.post(f"/v1/city/{{file:{_NAMES}}}")
    @tells("Load a file that describes the city: all of it or nothing.", body=bytes, answer=Loaded)
    async def post_file(request: web.Request) -> web.Response:
        name = request.match_info["file"]
        lines = await load_file(office, name=name, content=await request.read())
        return answer(Loaded(file=name, lines=lines))

    return asked
