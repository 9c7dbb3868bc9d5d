"""All routes of the registry: a module of routes adds its line here, and each route its line in `rights`."""

from collections.abc import Iterator

from aiohttp.web import AbstractRouteDef

from chassis.seal import public_key
from registry.agency_event import EventSigner
from registry.api import (
    alarms,
    audit,
    cards,
    changes,
    city,
    compliance,
    enrolment,
    inventory,
    keys,
    lists,
    openapi,
    people,
    purposes,
    reports,
    residents,
    residents_enrolment,
    roll_out,
    session,
    taps_now,
)
from registry.api import citizens as citizens_ask
from registry.citizens import Citizens
from registry.dashboard import page as dashboard
from registry.office import Office
from registry.passwords import Passwords
from registry.reported_figures import Reported


def every_route(
    office: Office,
    *,
    signer: EventSigner,
    card_ref_key: bytes,
    passwords: Passwords,
    citizens: Citizens,
    root: str | None,
    reported: tuple[Reported, ...],
) -> Iterator[AbstractRouteDef]:
    """What the application answers beside health and metrics; `root` is the city's public key, PEM.

    `reported` are the figures that others told of the city.
    """
    yield from dashboard.routes()
    yield from openapi.routes()
    yield from session.routes(office, passwords=passwords)
    yield from people.routes(office, passwords=passwords)
    yield from audit.routes(office)
    yield from citizens_ask.routes(office, citizens=citizens)
    yield from lists.routes(office, signer=signer)
    yield from changes.routes(office, card_ref_key=card_ref_key)
    yield from enrolment.routes(office, root=root)
    yield from keys.routes(office, root=None if root is None else public_key(root))
    yield from residents.routes(office, citizens=citizens)
    yield from cards.routes(office, citizens=citizens)
    yield from residents_enrolment.routes(office, reported=reported)
    for each in (purposes, alarms, city, inventory, compliance, roll_out, reports, taps_now):
        yield from each.routes(office)
