"""Who may use which route, and what the audit log then says. What is not in this table is refused.

Whoever adds a route adds its line here.
"""

from dataclasses import dataclass

from aiohttp import web

from registry.access.roles import AUDITORS, CLERKS, EVERYONE, OFFICERS, OPERATORS, Role
from registry.audit.events import AuditEvent


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """One line."""

    roles: frozenset[Role]
    event: AuditEvent | None = None
    """None only where nothing is changed and no person's data are seen."""
    whose: str | None = None
    """The part of the path that names whom or what it is about."""
    personal: bool = False
    """Nobody is shown a person's data without saying why (`Ketuk-Reason`)."""
    open: bool = False
    """For who has not signed in yet."""
    secret: bool = False
    """A secret is in what is sent or answered, so nothing of either is kept for repeats."""


REPORTS = ("chip-health", "compliance", "enrolment", "places", "readers", "roll-out", "taps")
"""They hold no person; whoever adds one adds its name here and no line below."""

RIGHTS: dict[tuple[str, str], Right] = {
    ("GET", "/v1/openapi.json"): Right(roles=EVERYONE),
    ("POST", "/v1/session"): Right(roles=EVERYONE, event=AuditEvent.SIGNED_IN, open=True, secret=True),
    ("GET", "/v1/session"): Right(roles=EVERYONE),
    ("DELETE", "/v1/session"): Right(roles=EVERYONE, event=AuditEvent.SIGNED_OUT),
    ("PUT", "/v1/session/password"): Right(roles=EVERYONE, event=AuditEvent.PASSWORD_CHANGED, secret=True),
    ("GET", "/v1/people"): Right(roles=AUDITORS),
    ("PUT", "/v1/people/{name}"): Right(
        roles=OPERATORS, event=AuditEvent.PERSON_SAVED, whose="name", secret=True
    ),
    ("GET", "/v1/tokens"): Right(roles=AUDITORS),
    ("POST", "/v1/tokens/{name}"): Right(
        roles=OPERATORS, event=AuditEvent.TOKEN_ISSUED, whose="name", secret=True
    ),
    ("DELETE", "/v1/tokens/{name}"): Right(roles=OPERATORS, event=AuditEvent.TOKEN_REVOKED, whose="name"),
    ("GET", "/v1/audit"): Right(roles=AUDITORS, event=AuditEvent.AUDIT_READ),
    ("GET", "/v1/audit/verification"): Right(roles=AUDITORS, event=AuditEvent.AUDIT_VERIFIED),
    ("POST", "/v1/citizens/looks"): Right(
        roles=CLERKS, event=AuditEvent.CITIZEN_ANSWERED, personal=True, secret=True
    ),
    ("POST", "/v1/citizens/export"): Right(
        roles=OFFICERS, event=AuditEvent.CITIZEN_EXPORTED, personal=True, secret=True
    ),
    ("POST", "/v1/citizens/erase"): Right(roles=OPERATORS, event=AuditEvent.CITIZEN_ERASED, personal=True),
    ("GET", "/v1/retention"): Right(roles=EVERYONE),
    ("POST", "/v1/retention"): Right(roles=OPERATORS, event=AuditEvent.KEPT_NO_LONGER),
    ("GET", "/v1/places"): Right(roles=EVERYONE),
    ("GET", "/v1/institutions"): Right(roles=EVERYONE),
    ("PUT", "/v1/institutions/{name}"): Right(
        roles=OFFICERS, event=AuditEvent.INSTITUTION_NAMED, whose="name"
    ),
    ("GET", "/v1/gateways"): Right(roles=EVERYONE),
    ("PUT", "/v1/gateways/{name}"): Right(roles=OFFICERS, event=AuditEvent.GATEWAY_DESCRIBED, whose="name"),
    ("POST", "/v1/gateways/{name}/approve"): Right(
        roles=OPERATORS, event=AuditEvent.GATEWAY_APPROVED, whose="name"
    ),
    ("POST", "/v1/gateways/{name}/suspend"): Right(
        roles=OPERATORS, event=AuditEvent.GATEWAY_SUSPENDED, whose="name"
    ),
    ("POST", "/v1/gateways/{name}/revoke"): Right(
        roles=OPERATORS, event=AuditEvent.GATEWAY_REVOKED, whose="name"
    ),
    ("POST", "/v1/gateways/{name}/enrolment-code"): Right(
        roles=OPERATORS, event=AuditEvent.ENROLMENT_CODE_MADE, whose="name", secret=True
    ),
    ("POST", "/v1/enrolment"): Right(roles=EVERYONE, event=AuditEvent.GATEWAY_ENROLLED, open=True),
    ("GET", "/v1/published-keys"): Right(roles=EVERYONE),
    ("POST", "/v1/published-keys"): Right(roles=OPERATORS, event=AuditEvent.KEY_PUBLISHED),
    ("POST", "/v1/published-keys/{key_id}/withdraw"): Right(
        roles=OPERATORS, event=AuditEvent.KEY_WITHDRAWN, whose="key_id"
    ),
    ("GET", "/v1/purposes"): Right(roles=EVERYONE),
    ("GET", "/v1/purposes/versions"): Right(roles=EVERYONE),
    ("PUT", "/v1/purposes"): Right(roles=OPERATORS, event=AuditEvent.PURPOSES_PUBLISHED),
    ("GET", "/v1/readers"): Right(roles=EVERYONE),
    ("POST", "/v1/cards"): Right(roles=OFFICERS, event=AuditEvent.CARDS_RECORDED),
    ("GET", "/v1/cards/{card_ref}"): Right(roles=OFFICERS, event=AuditEvent.CARD_SHOWN, whose="card_ref"),
    ("GET", "/v1/agreements"): Right(roles=EVERYONE),
    ("PUT", "/v1/agreements/{name}"): Right(roles=OPERATORS, event=AuditEvent.AGREED, whose="name"),
    ("GET", "/v1/disclosures"): Right(roles=EVERYONE),
    ("GET", "/v1/disclosures/{name}/verification"): Right(
        roles=AUDITORS, event=AuditEvent.DISCLOSURES_VERIFIED, whose="name"
    ),
    ("GET", "/v1/keys"): Right(roles=EVERYONE),
    ("POST", "/v1/cards/{card_ref}/status"): Right(
        roles=OFFICERS, event=AuditEvent.CARD_CHANGED, whose="card_ref"
    ),
    ("POST", "/v1/cards/{card_ref}/activate"): Right(
        roles=OFFICERS, event=AuditEvent.CARD_ACTIVATED, whose="card_ref"
    ),
    ("PUT", "/v1/cards/{card_ref}/holder"): Right(
        roles=OFFICERS, event=AuditEvent.CARD_GIVEN, whose="card_ref"
    ),
    ("GET", "/v1/cards/{card_ref}/history"): Right(
        roles=OFFICERS, event=AuditEvent.CARD_SHOWN, whose="card_ref"
    ),
    ("POST", "/v1/residents/import"): Right(roles=OFFICERS, event=AuditEvent.RESIDENTS_IMPORTED),
    ("GET", "/v1/alarms"): Right(roles=CLERKS),
    ("POST", "/v1/alarms/{alarm}/seen"): Right(roles=OFFICERS, event=AuditEvent.ALARM_SEEN, whose="alarm"),
    ("POST", "/v1/city/{file}"): Right(roles=OPERATORS, event=AuditEvent.CITY_FILE_LOADED, whose="file"),
    ("GET", "/v1/duties"): Right(roles=EVERYONE),
    ("GET", "/v1/lots"): Right(roles=EVERYONE),
    ("PUT", "/v1/lots/{name}"): Right(roles=OFFICERS, event=AuditEvent.LOT_SAVED, whose="name"),
    ("GET", "/v1/inventory/{number}"): Right(roles=EVERYONE),
    ("PUT", "/v1/inventory/{number}"): Right(roles=OFFICERS, event=AuditEvent.READER_ORDERED, whose="number"),
    ("POST", "/v1/inventory/{number}/{step}"): Right(
        roles=OFFICERS, event=AuditEvent.READER_MOVED, whose="number"
    ),
    **dict.fromkeys((("GET", f"/v1/reports/{name}") for name in REPORTS), Right(roles=EVERYONE)),
}


def route_of(request: web.Request) -> tuple[str, str] | None:
    """Method and path pattern; None where no route fits."""
    resource = request.match_info.route.resource
    if resource is None:
        return None
    return ("GET" if request.method == "HEAD" else request.method, resource.canonical)
