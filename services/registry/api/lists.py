"""What the registry holds, to look at."""

from aiohttp import web

from chassis.postgres import Connection
from registry.agency_event import EventSigner
from registry.api.answers import answer
from registry.office import Office
from registry.refusals import Unknown
from registry.store import agreements, cards, disclosures, gateways, institutions, places, readers


def routes(office: Office, *, signer: EventSigner) -> web.RouteTableDef:
    """The reading half of the API."""
    table = web.RouteTableDef()
    region = office.region

    @table.get("/v1/places")
    async def list_places(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await places.all_places(connection))

    @table.get("/v1/institutions")
    async def list_institutions(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await institutions.all_institutions(connection))

    @table.get("/v1/gateways")
    async def list_gateways(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await gateways.all_gateways(connection, region=region))

    @table.get("/v1/readers")
    async def list_readers(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await readers.all_readers(connection, region=region))

    @table.get("/v1/cards/{card_ref:[0-9a-f]{64}}")
    async def show_card(request: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await _card(connection, request.match_info["card_ref"]))

    @table.get("/v1/agreements")
    async def list_agreements(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await agreements.newest(connection))

    @table.get("/v1/disclosures")
    async def count_disclosures(_: web.Request) -> web.Response:
        async with office.pool.acquire() as connection:
            return answer(await disclosures.counts(connection))

    @table.get("/v1/keys")
    async def show_keys(_: web.Request) -> web.Response:
        return answer(signer.public_keys)

    return table


async def _card(connection: Connection, ref: str) -> object:
    found = await cards.named(connection, [ref])
    if not found:
        raise Unknown("there is no such card")
    return found[ref]
