"""The alarms: what rings, and that somebody has looked into it."""

from uuid import UUID

from aiohttp import web
from msgspec import Struct

from registry.alarms import store as alarms
from registry.alarms.commands import look_into_alarm
from registry.alarms.store import Alarm
from registry.audit.unit_of_work import Office
from registry.web.json_io import answer, query
from registry.web.route_docs import tells

MOST = 1_000
_ID = "{alarm:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}}"


class AlarmsQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which are wanted."""

    unseen: bool = False
    """Only those that nobody has looked into."""


def routes(office: Office) -> web.RouteTableDef:
    """What is asked and said of alarms."""
    table = web.RouteTableDef()

    @table.get("/v1/alarms")
    @tells("Alarms, the newest first.", query=AlarmsQuery, answer=list[Alarm])
    async def list_alarms(request: web.Request) -> web.Response:
        asked = query(request, AlarmsQuery)
        async with office.pool.acquire() as connection:
            return answer(await alarms.newest(connection, unseen=asked.unseen, limit=MOST))

    @table.post(f"/v1/alarms/{_ID}/seen")
    @tells("Somebody has looked into an alarm.", answer=Alarm)
    async def post_seen(request: web.Request) -> web.Response:
        return answer(await look_into_alarm(office, alarm=UUID(request.match_info["alarm"])))

    return table
