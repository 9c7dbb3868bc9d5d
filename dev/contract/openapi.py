"""The OpenAPI document of the registry, from an application that is put together and never served."""

from typing import Any, cast

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.storage.postgres import Pool, PostgresOutbox
from dev.stack.secret_files import private_pem
from registry.access.passwords import HASHER, Passwords
from registry.audit.unit_of_work import Office
from registry.disclosure.agency_event import EventSigner
from registry.openapi import document
from registry.pseudonyms.person_refs import Citizens
from registry.routes import every_route


def paper_registry() -> web.Application:
    """All routes of the registry, and nothing behind them."""
    nowhere = cast("Pool", None)
    office = Office(pool=nowhere, outbox=PostgresOutbox(pool=nowhere), region="3372", card_ref_key=bytes(32))
    signer = EventSigner(key=private_pem(ec.generate_private_key(ec.SECP256R1())), region="3372")
    app = web.Application()
    citizens = Citizens(key=bytes(32), version=1, region="3372")
    app.router.add_routes(
        every_route(
            office,
            signer=signer,
            card_ref_key=bytes(32),
            passwords=Passwords(hasher=HASHER),
            citizens=citizens,
            root=None,
            reported=(),
        )
    )
    return app


def openapi() -> dict[str, Any]:
    """proto/openapi.json."""
    return document(paper_registry())
