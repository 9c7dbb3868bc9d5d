"""The purposes: which rules count, which did, and new ones."""

from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta, Struct

from ketuk_events.names import Identifier
from ketuk_events.outcomes import Check
from ketuk_events.projection import Purpose
from registry.audit.unit_of_work import Office
from registry.kit.errors import Unknown
from registry.purposes import store as purposes
from registry.purposes.commands import publish_purposes
from registry.purposes.purposes import MOST_SECONDS
from registry.purposes.store import Published
from registry.web.field_types import CardStatus
from registry.web.json_io import answer, body
from registry.web.route_docs import tells


class PurposeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of one purpose."""

    purpose: Identifier
    needs: Annotated[tuple[Check, ...], Meta(max_length=len(Check))]
    good_word: Literal["verified", "alive"]
    wants_status: CardStatus
    max_age_seconds: Annotated[int, Meta(ge=1, le=MOST_SECONDS)]

    def purpose_of(self) -> Purpose:
        """As the contract has it."""
        return Purpose(
            purpose=self.purpose,
            needs=tuple(check.value for check in self.needs),
            good_word=self.good_word,
            wants_status=self.wants_status,
            max_age_seconds=self.max_age_seconds,
        )


Purposes = Annotated[list[PurposeBody], Meta(min_length=1, max_length=50)]


def routes(office: Office) -> web.RouteTableDef:
    """What is asked and said of purposes."""
    table = web.RouteTableDef()

    @table.get("/v1/purposes")
    @tells("The rules that count.", answer=Published)
    async def show_purposes(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            if (published := await purposes.newest(connection)) is None:
                raise Unknown("no purposes were published yet")
            return answer(published)

    @table.get("/v1/purposes/versions")
    @tells("Every version of the rules, the newest first.", answer=list[Published])
    async def list_versions(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await purposes.all_versions(connection))

    @table.put("/v1/purposes")
    @tells("Publish new rules.", body=Purposes, answer=Published)
    async def put_purposes(request: web.Request) -> web.Response:
        sent = await body(request, Purposes)
        return answer(await publish_purposes(office, tuple(each.purpose_of() for each in sent)))

    return table
