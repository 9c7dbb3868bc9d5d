import pytest

from dev.contract.openapi import paper_registry
from registry.access.permissions import RIGHTS
from registry.audit.events import MEANING, AuditEvent
from registry.dashboard.page import PAGES
from registry.web.route_docs import told_of

WRITES = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def routes() -> set[tuple[str, str]]:
    """Method and path pattern of all that the registry answers, but for pages, which hold nothing."""
    return {
        (route.method, route.resource.canonical)
        for route in paper_registry().router.routes()
        if route.method != "HEAD" and route.resource is not None
    } - PAGES


def test_every_route_is_in_the_table_of_rights_and_the_table_names_no_other(
    routes: set[tuple[str, str]],
) -> None:
    assert set(RIGHTS) == routes


def test_every_change_is_an_event_of_the_audit_log() -> None:
    assert [route for route, right in RIGHTS.items() if route[0] in WRITES and right.event is None] == []


def test_every_event_has_a_meaning_and_can_happen() -> None:
    assert set(MEANING) == set(AuditEvent)
    happens = {right.event for right in RIGHTS.values()} | {AuditEvent.REFUSED}
    assert set(AuditEvent) <= happens


def test_only_signing_in_and_enrolling_are_open_and_only_operators_say_who_may() -> None:
    assert [route for route, right in RIGHTS.items() if right.open] == [
        ("POST", "/v1/session"),
        ("POST", "/v1/enrolment"),
    ]
    for route, right in RIGHTS.items():
        if route[1].startswith(("/v1/people", "/v1/tokens")) and route[0] in WRITES:
            assert right.roles == {"operator"}


def test_every_route_says_what_it_takes_and_answers() -> None:
    silent = [
        (route.method, route.resource.canonical)
        for route in paper_registry().router.routes()
        if route.method != "HEAD" and route.resource is not None and told_of(route) is None
    ]
    assert set(silent) == PAGES
