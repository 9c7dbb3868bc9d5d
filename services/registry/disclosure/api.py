"""What the civil-registry office changes."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta

from chassis.crypto.sealing import public_keys
from ketuk_events.projection import CardStatusChanged
from registry.audit.unit_of_work import Office
from registry.cards.record_cards import record_cards
from registry.disclosure.agreement import Agreement
from registry.disclosure.commands import agree
from registry.gateways.approve_gateway import approve_gateway
from registry.gateways.describe_gateway import describe_gateway
from registry.gateways.gateway import Gateway
from registry.gateways.suspend_gateway import suspend_gateway
from registry.kit.errors import Unfit
from registry.places.name_institution import name_institution
from registry.places.store.institutions import Institution
from registry.pseudonyms.card_refs import card_ref
from registry.web.field_types import AgreementBody, CardBody, GatewayBody, InstitutionBody
from registry.web.json_io import answer, body
from registry.web.route_docs import tells

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
