"""Agreements with institutions, and what they were told."""

from aiohttp import web

from registry.audit.api import VerificationQuery, anchors
from registry.audit.unit_of_work import Office
from registry.disclosure.agency_event import EventSigner
from registry.disclosure.agreement import Agreement
from registry.disclosure.commands import agree
from registry.disclosure.schemas import AgreementBody
from registry.disclosure.store import agreements, disclosures
from registry.disclosure.store.disclosures import Counts
from registry.disclosure.verify import DisclosuresVerified, verify_disclosures
from registry.web.json_io import answer, body
from registry.web.route_docs import tells

_NAME = "{name:[a-z0-9-]{1,40}}"


def routes(office: Office, *, signer: EventSigner) -> web.RouteTableDef:
    """`signer` signs what agencies are told."""
    table = web.RouteTableDef()

    @table.get("/v1/agreements")
    @tells("The newest version of each agreement.", answer=list[Agreement])
    async def list_agreements(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await agreements.newest(connection))

    @table.put(f"/v1/agreements/{_NAME}")
    @tells(
        "Agree with an institution on what it may know.", body=AgreementBody, answer=Agreement, versioned=True
    )
    async def put_agreement(request: web.Request) -> web.Response:
        sent = await body(request, AgreementBody)
        return answer(await agree(office, sent.agreement(request.match_info["name"])))

    @table.get("/v1/disclosures")
    @tells("How many disclosures to each institution wait, were sent, are parked.", answer=list[Counts])
    async def count_disclosures(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await disclosures.counts(connection))

    @table.get("/v1/disclosures/{name}/verification")
    @tells(
        "Whether what an institution was told is as it was written.",
        query=VerificationQuery,
        answer=DisclosuresVerified,
    )
    async def verify_told(request: web.Request) -> web.Response:
        institution = request.match_info["name"]
        return answer(await verify_disclosures(office, institution, anchors=anchors(request)))

    @table.get("/v1/keys")
    @tells("The public keys with which events are signed (RFC 7517).", answer=dict[str, list[dict[str, str]]])
    async def show_keys(_: web.Request) -> web.Response:
        return answer(signer.public_keys)

    return table
