"""What a citizen may ask for, through the office; a NIK is sent in the body, for addresses are logged."""

from datetime import timedelta
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from ketuk_events.names import whole
from registry.audit.unit_of_work import Office
from registry.privacy.commands import Erased, Held, Looks, answer_citizen, erase_citizen, keep_no_longer
from registry.privacy.retention import RETENTION
from registry.privacy.store import retention
from registry.pseudonyms.person_refs import Citizens
from registry.web.json_io import answer, body
from registry.web.route_docs import tells


class CitizenBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks."""

    nik: Annotated[str, Meta(pattern=whole("[0-9]{16}"))]


class KeptKind(Struct, frozen=True, kw_only=True):
    """How long a kind of data is kept."""

    kind: str
    days: int
    why: str
    due: int
    """Rows that are past their time and not removed yet; 10,000 stands for more."""


def routes(office: Office, *, citizens: Citizens) -> web.RouteTableDef:
    """Data protection."""
    table = web.RouteTableDef()

    @table.post("/v1/citizens/looks")
    @tells("Who looked at somebody's data.", body=CitizenBody, answer=Looks)
    async def post_looks(request: web.Request) -> web.Response:
        nik = (await body(request, CitizenBody)).nik
        return answer((await answer_citizen(office, citizens=citizens, nik=nik)).looks)

    @table.post("/v1/citizens/export")
    @tells("All that is held about somebody.", body=CitizenBody, answer=Held)
    async def post_export(request: web.Request) -> web.Response:
        nik = (await body(request, CitizenBody)).nik
        return answer(await answer_citizen(office, citizens=citizens, nik=nik))

    @table.post("/v1/citizens/erase")
    @tells("Erase somebody; statistics and the audit log's chain stay.", body=CitizenBody, answer=Erased)
    async def post_erase(request: web.Request) -> web.Response:
        nik = (await body(request, CitizenBody)).nik
        return answer(await erase_citizen(office, citizens=citizens, nik=nik))

    @table.get("/v1/retention")
    @tells("How long each kind of data is kept.", answer=list[KeptKind])
    async def show_retention(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(
                [
                    KeptKind(
                        kind=kept.kind,
                        days=kept.period // timedelta(days=1),
                        why=kept.why,
                        due=await retention.due(connection, kept),
                    )
                    for kept in RETENTION
                ]
            )

    @table.post("/v1/retention")
    @tells("Remove what is past its time, now; rows by kind.", answer=dict[str, int])
    async def post_retention(_: web.Request) -> web.Response:
        return answer(await keep_no_longer(office))

    return table
