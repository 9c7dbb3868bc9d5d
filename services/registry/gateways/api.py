"""How a gateway comes to be known, and how it ends."""

from aiohttp import web
from msgspec import Struct

from chassis.crypto.enrolment_proof import Enrol, Enrolled
from ketuk_events.names import Identifier, PlaceCode
from registry.audit.unit_of_work import Office
from registry.gateways.enrol import enrol_gateway
from registry.gateways.gateway import Gateway
from registry.gateways.make_enrolment_code import MadeCode, make_enrolment_code
from registry.gateways.revoke_gateway import revoke_gateway
from registry.web.json_io import answer, body
from registry.web.route_docs import tells

_NAME = "{name:[a-z0-9-]{1,40}}"
ENROLMENT = "/v1/enrolment"
"""Open to whoever has a code."""


class EnrolmentCodeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the gateway that will enrol stands, and whose it is."""

    institution: Identifier
    place: PlaceCode


def routes(office: Office, *, root: str | None) -> web.RouteTableDef:
    """`root` is the public key that a gateway gets, PEM."""
    table = web.RouteTableDef()

    @table.post(f"/v1/gateways/{_NAME}/enrolment-code")
    @tells("Make a code with which a gateway enrols once.", body=EnrolmentCodeBody, answer=MadeCode)
    async def post_enrolment_code(request: web.Request) -> web.Response:
        sent = await body(request, EnrolmentCodeBody)
        return answer(
            await make_enrolment_code(
                office, gateway=request.match_info["name"], institution=sent.institution, place=sent.place
            )
        )

    @table.post(f"/v1/gateways/{_NAME}/revoke")
    @tells("Revoke a gateway for good.", answer=Gateway, versioned=True)
    async def post_revoke(request: web.Request) -> web.Response:
        return answer(await revoke_gateway(office, name=request.match_info["name"]))

    @table.post(ENROLMENT)
    @tells("A gateway enrols with its code.", body=Enrol, answer=Enrolled)
    async def post_enrolment(request: web.Request) -> web.Response:
        return answer(await enrol_gateway(office, await body(request, Enrol), root=root))

    return table
