"""What the registry holds, to look at."""

from aiohttp import web

from chassis.storage.postgres import Connection
from ketuk_events.projection import CardStatusChanged
from registry.audit.unit_of_work import Office
from registry.cards import store as cards
from registry.disclosure.agency_event import EventSigner
from registry.disclosure.agreement import Agreement
from registry.disclosure.store import agreements, disclosures
from registry.disclosure.store.disclosures import Counts
from registry.gateways import store as gateways
from registry.gateways.gateway import Gateway
from registry.kit.errors import Unknown
from registry.places.places import Place
from registry.places.store import institutions, places
from registry.places.store.institutions import Institution
from registry.readers.store import readers
from registry.readers.store.readers import Reader
from registry.web.json_io import answer
from registry.web.route_docs import tells


def routes(office: Office, *, signer: EventSigner) -> web.RouteTableDef:
    """The reading half of the API."""
    table = web.RouteTableDef()
    region = office.region

    @table.get("/v1/places")
    @tells("Places.", answer=list[Place])
    async def list_places(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await places.all_places(connection))

    @table.get("/v1/institutions")
    @tells("Institutions.", answer=list[Institution])
    async def list_institutions(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await institutions.all_institutions(connection))

    @table.get("/v1/gateways")
    @tells("Gateways.", answer=list[Gateway])
    async def list_gateways(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await gateways.all_gateways(connection, region=region))

    @table.get("/v1/readers")
    @tells("Readers, as their gateways last told of them.", answer=list[Reader])
    async def list_readers(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await readers.all_readers(connection, region=region))

    @table.get("/v1/cards/{card_ref:[0-9a-f]{64}}")
    @tells("A card and its status.", answer=CardStatusChanged)
    async def show_card(request: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await _card(connection, request.match_info["card_ref"]))

    @table.get("/v1/agreements")
    @tells("The newest version of each agreement.", answer=list[Agreement])
    async def list_agreements(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await agreements.newest(connection))

    @table.get("/v1/disclosures")
    @tells("How many disclosures to each institution wait, were sent, are parked.", answer=list[Counts])
    async def count_disclosures(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await disclosures.counts(connection))

    @table.get("/v1/keys")
    @tells("The public keys with which events are signed (RFC 7517).", answer=dict[str, list[dict[str, str]]])
    async def show_keys(_: web.Request) -> web.Response:
        return answer(signer.public_keys)

    return table


async def _card(connection: Connection, ref: str) -> object:
    found = await cards.named(connection, [ref])
    if not found:
        raise Unknown("there is no such card")
    return found[ref]
