"""What the civil-registry office changes."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta

from chassis.seal import public_keys
from ketuk_events.projection import CardStatusChanged
from registry.agreement import Agreement
from registry.api.answers import answer, body
from registry.api.bodies import AgreementBody, CardBody, GatewayBody, InstitutionBody
from registry.api.told import tells
from registry.card_refs import card_ref
from registry.commands.agree import agree
from registry.commands.approve_gateway import approve_gateway
from registry.commands.describe_gateway import describe_gateway
from registry.commands.name_institution import name_institution
from registry.commands.record_cards import record_cards
from registry.commands.suspend_gateway import suspend_gateway
from registry.gateway import Gateway
from registry.office import Office
from registry.refusals import Unfit
from registry.store.institutions import Institution

_NAME = "{name:[a-z0-9-]{1,40}}"
Cards = Annotated[list[CardBody], Meta(max_length=10_000)]


def routes(office: Office, *, card_ref_key: bytes) -> web.RouteTableDef:
    """The writing half of the API."""
    table = web.RouteTableDef()

    @table.put(f"/v1/institutions/{_NAME}")
    @tells("Name an institution.", body=InstitutionBody, answer=Institution)
    async def put_institution(request: web.Request) -> web.Response:
        sent = await body(request, InstitutionBody)
        named = Institution(
            institution=request.match_info["name"], name=sent.name, kind=sent.kind, place=sent.place
        )
        return answer(await name_institution(office, named))

    @table.put(f"/v1/gateways/{_NAME}")
    @tells("Describe a gateway.", body=GatewayBody, answer=Gateway, versioned=True)
    async def put_gateway(request: web.Request) -> web.Response:
        sent = await body(request, GatewayBody)
        _check_key(sent.public_key)
        return answer(
            await describe_gateway(
                office,
                name=request.match_info["name"],
                institution=sent.institution,
                place=sent.place,
                public_key=sent.public_key,
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

    @table.post("/v1/cards")
    @tells("Record cards and their status.", body=Cards, answer=list[CardStatusChanged])
    async def post_cards(request: web.Request) -> web.Response:
        sent = await body(request, Cards)
        statuses = {card_ref(bytes.fromhex(card.uid), key=card_ref_key): card.status for card in sent}
        if len(statuses) < len(sent):
            raise Unfit("a card occurs twice")
        return answer(await record_cards(office, statuses=statuses))

    @table.put(f"/v1/agreements/{_NAME}")
    @tells(
        "Agree with an institution on what it may know.", body=AgreementBody, answer=Agreement, versioned=True
    )
    async def put_agreement(request: web.Request) -> web.Response:
        sent = await body(request, AgreementBody)
        return answer(await agree(office, sent.agreement(request.match_info["name"])))

    return table


def _check_key(pem: str) -> None:
    try:
        public_keys(pem)
    except ValueError:
        raise Unfit("the public key is not a P-256 key in PEM") from None
