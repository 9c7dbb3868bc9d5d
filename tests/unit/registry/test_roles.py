"""Who may do what, written down a second time: a line that moves in the table is a decision."""

from registry.access.permissions import RIGHTS

MAY = {
    "viewer officer operator auditor": """
        GET /v1/openapi.json
        POST /v1/session
        GET /v1/session
        DELETE /v1/session
        PUT /v1/session/password
        GET /v1/retention
        GET /v1/places
        GET /v1/institutions
        GET /v1/gateways
        POST /v1/enrolment
        GET /v1/published-keys
        GET /v1/purposes
        GET /v1/purposes/versions
        GET /v1/readers
        GET /v1/agreements
        GET /v1/disclosures
        GET /v1/keys
        GET /v1/duties
        GET /v1/lots
        GET /v1/inventory/{number}
        GET /v1/reports/chip-health
        GET /v1/reports/compliance
        GET /v1/reports/enrolment
        GET /v1/reports/places
        GET /v1/reports/readers
        GET /v1/reports/roll-out
        GET /v1/reports/taps
    """,
    "officer operator auditor": """
        POST /v1/citizens/looks
        GET /v1/alarms
    """,
    "officer operator": """
        POST /v1/citizens/export
        PUT /v1/institutions/{name}
        PUT /v1/gateways/{name}
        POST /v1/cards
        GET /v1/cards/{card_ref}
        POST /v1/cards/{card_ref}/status
        POST /v1/cards/{card_ref}/activate
        PUT /v1/cards/{card_ref}/holder
        GET /v1/cards/{card_ref}/history
        POST /v1/residents/import
        POST /v1/alarms/{alarm}/seen
        PUT /v1/lots/{name}
        PUT /v1/inventory/{number}
        POST /v1/inventory/{number}/{step}
    """,
    "operator auditor": """
        GET /v1/people
        GET /v1/tokens
        GET /v1/audit
        GET /v1/audit/verification
        GET /v1/disclosures/{name}/verification
    """,
    "operator": """
        PUT /v1/people/{name}
        POST /v1/tokens/{name}
        DELETE /v1/tokens/{name}
        POST /v1/citizens/erase
        POST /v1/retention
        POST /v1/gateways/{name}/approve
        POST /v1/gateways/{name}/suspend
        POST /v1/gateways/{name}/revoke
        POST /v1/gateways/{name}/enrolment-code
        POST /v1/published-keys
        POST /v1/published-keys/{key_id}/withdraw
        PUT /v1/purposes
        PUT /v1/agreements/{name}
        POST /v1/city/{file}
    """,
}
"""By role."""
WITH_SECRETS = """
    POST /v1/session
    PUT /v1/session/password
    PUT /v1/people/{name}
    POST /v1/tokens/{name}
    POST /v1/citizens/looks
    POST /v1/citizens/export
    POST /v1/gateways/{name}/enrolment-code
"""
ABOUT_PERSONS = """
    POST /v1/citizens/looks
    POST /v1/citizens/export
    POST /v1/citizens/erase
"""


def lines(table: str) -> set[str]:
    return {line.strip() for line in table.strip().splitlines()}


def test_each_route_is_for_the_roles_that_are_written_here_and_no_other() -> None:
    written = {line: set(roles.split()) for roles, table in MAY.items() for line in lines(table)}
    assert written == {f"{method} {path}": set(right.roles) for (method, path), right in RIGHTS.items()}


def test_the_routes_with_secrets_and_with_persons_are_those_that_are_written_here() -> None:
    marked = {
        mark: {f"{method} {path}" for (method, path), right in RIGHTS.items() if getattr(right, mark)}
        for mark in ("secret", "personal")
    }
    assert marked == {"secret": lines(WITH_SECRETS), "personal": lines(ABOUT_PERSONS)}
