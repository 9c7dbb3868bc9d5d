"""All routes of the registry: each module of routes has a line here, each route one in `permissions.py`."""

from collections.abc import Iterator

from aiohttp.web import AbstractRouteDef

from chassis.crypto.sealing import public_key
from registry import openapi
from registry.access import people_api as people
from registry.access import session_api as session
from registry.access.passwords import Passwords
from registry.alarms import api as alarms
from registry.audit import api as audit
from registry.audit.unit_of_work import Office
from registry.cards import api as cards
from registry.chip_health import api as reports
from registry.city_data import api as city
from registry.dashboard import page as dashboard
from registry.disclosure import api as disclosure
from registry.disclosure.agency_event import EventSigner
from registry.gateways import api as gateways
from registry.keys import api as keys
from registry.places import api as places
from registry.privacy import api as citizens_ask
from registry.pseudonyms.person_refs import Citizens
from registry.purposes import api as purposes
from registry.readers import api as inventory
from registry.residents import api as residents
from registry.residents import enrolment_api as residents_enrolment
from registry.residents.reported_figures import Reported
from registry.rollout import api as roll_out
from registry.rollout import compliance_api as compliance
from registry.taps import api as taps_now


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
    yield from places.routes(office)
    yield from gateways.routes(office, root=root)
    yield from disclosure.routes(office, signer=signer)
    yield from keys.routes(office, root=None if root is None else public_key(root))
    yield from residents.routes(office, citizens=citizens)
    yield from cards.routes(office, citizens=citizens, card_ref_key=card_ref_key)
    yield from residents_enrolment.routes(office, reported=reported)
    for each in (purposes, alarms, city, inventory, compliance, roll_out, reports, taps_now):
        yield from each.routes(office)
