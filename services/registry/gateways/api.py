"""Gateways: how one comes to be known, counts, and ends."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from chassis.crypto.enrolment_proof import Enrol, Enrolled
from chassis.crypto.sealing import public_keys
from ketuk_events.names import Identifier, PlaceCode
from registry.audit.unit_of_work import Office
from registry.gateways import store
from registry.gateways.commands import approve_gateway, describe_gateway, revoke_gateway, suspend_gateway
from registry.gateways.enrol import MadeCode, enrol_gateway, make_enrolment_code
from registry.gateways.gateway import Gateway
from registry.kit.errors import Unfit
from registry.web.json_io import answer, body
from registry.web.route_docs import tells

_NAME = "{name:[a-z0-9-]{1,40}}"
ENROLMENT = "/v1/enrolment"
"""Open to whoever has a code."""


class GatewayBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gateway's description."""

    institution: Identifier
    place: PlaceCode
    public_key: Annotated[str, Meta(max_length=1000, description="P-256, PEM.")]

    def checked_key(self) -> str:
        """The key in PEM. Raises Unfit where it is none."""
        try:
            public_keys(self.public_key)
        except ValueError:
            raise Unfit("the public key is not a P-256 key in PEM") from None
        return self.public_key


class EnrolmentCodeBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the gateway that will enrol stands, and whose it is."""

    institution: Identifier
    place: PlaceCode


def routes(office: Office, *, root: str | None) -> web.RouteTableDef:
    """`root` is the public key that a gateway gets, PEM."""
    table = web.RouteTableDef()

    @table.get("/v1/gateways")
    @tells("Gateways.", answer=list[Gateway])
    async def list_gateways(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await store.all_gateways(connection, region=office.region))

    @table.put(f"/v1/gateways/{_NAME}")
    @tells("Describe a gateway.", body=GatewayBody, answer=Gateway, versioned=True)
    async def put_gateway(request: web.Request) -> web.Response:
        sent = await body(request, GatewayBody)
        return answer(
            await describe_gateway(
                office,
                name=request.match_info["name"],
                institution=sent.institution,
                place=sent.place,
                public_key=sent.checked_key(),
            )
        )

    @table.post(f"/v1/gateways/{_NAME}/approve")
    @tells("Approve a gateway: its readings count.", answer=Gateway, versioned=True)
    async def post_approve(request: web.Request) -> web.Response:
        return answer(await approve_gateway(office, name=request.match_info["name"]))

    @table.post(f"/v1/gateways/{_NAME}/suspend")
    @tells("Suspend a gateway: its readings count no more.", answer=Gateway, versioned=True)
    async def post_suspend(request: web.Request) -> web.Response:
        return answer(await suspend_gateway(office, name=request.match_info["name"]))

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
