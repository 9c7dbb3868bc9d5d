"""How far the roll-out of readers has come, as of a day."""

from datetime import date

from aiohttp import web
from msgspec import Struct

from registry.audit.unit_of_work import Office
from registry.kit.local_dates import end_of
from registry.places.store import places
from registry.rollout.progress import CurvePoint, KindLine, PlaceLine, curve, kind_lines, place_lines
from registry.rollout.store import as_of as readers_as_of
from registry.rollout.store import targets
from registry.web.as_of_day import AsOfQuery, day_asked
from registry.web.csv_tables import one_table, wants_table
from registry.web.json_io import answer
from registry.web.route_docs import tells


class RollOut(Struct, frozen=True, kw_only=True, rename={"as_of": "as-of"}):
    """The report: plan against actual by kind of place, and every place."""

    as_of: date
    kinds: list[KindLine]
    places: list[PlaceLine]


def routes(office: Office) -> web.RouteTableDef:
    """The report."""
    asked = web.RouteTableDef()

    @asked.get("/v1/reports/roll-out")
    @tells(
        "How far the roll-out of readers has come, as of a day.", query=AsOfQuery, answer=RollOut, table=True
    )
    async def show_roll_out(request: web.Request) -> web.Response:
        day = day_asked(request)
        async with (
            office.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            known = await places.all_places(connection)
            aims = await targets.everything(connection)
            stood = await readers_as_of.stood(connection, end_of(day))
            firsts = await readers_as_of.first_readers(connection, end_of(day))
        lines = place_lines(known, stood, aims, day)
        kinds = kind_lines(lines, firsts, aims, day)
        if wants_table(request):
            return one_table(request, {"places": (PlaceLine, lines), "curve": (CurvePoint, curve(kinds))})
        return answer(RollOut(as_of=day, kinds=kinds, places=lines))

    return asked
