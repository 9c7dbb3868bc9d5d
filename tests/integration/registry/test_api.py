from typing import Any
from uuid import uuid4

import msgspec
import pytest
from aio_pika.abc import AbstractQueue
from joserfc.jwk import ECKey

from chassis.messaging.broker import EVENTS
from ketuk_events.projection import CardStatusChanged, GatewayApproved, GatewaySuspended
from tests.integration.registry.case import AGREEMENT, Case, all_of, next_of

ROUTES = [
    ("GET", "/v1/places"),
    ("GET", "/v1/institutions"),
    ("PUT", "/v1/institutions/x"),
    ("GET", "/v1/gateways"),
    ("PUT", "/v1/gateways/x"),
    ("POST", "/v1/gateways/x/approve"),
    ("POST", "/v1/gateways/x/suspend"),
    ("POST", "/v1/gateways/x/enrolment-code"),
    ("POST", "/v1/gateways/x/revoke"),
    ("GET", "/v1/readers"),
    ("GET", f"/v1/cards/{'0' * 64}"),
    ("POST", "/v1/cards"),
    ("GET", "/v1/agreements"),
    ("PUT", "/v1/agreements/x"),
    ("GET", "/v1/disclosures"),
    ("GET", "/v1/purposes"),
    ("GET", "/v1/purposes/versions"),
    ("PUT", "/v1/purposes"),
    ("GET", "/v1/reports/chip-health"),
    ("GET", "/v1/reports/enrolment"),
    ("POST", "/v1/residents/import"),
    ("POST", f"/v1/cards/{'0' * 64}/activate"),
    ("POST", f"/v1/cards/{'0' * 64}/status"),
    ("PUT", f"/v1/cards/{'0' * 64}/holder"),
    ("GET", f"/v1/cards/{'0' * 64}/history"),
    ("GET", "/v1/reports/places"),
    ("GET", "/v1/reports/compliance"),
    ("GET", "/v1/reports/roll-out"),
    ("GET", "/v1/reports/readers"),
    ("GET", "/v1/duties"),
    ("GET", "/v1/lots"),
    ("PUT", "/v1/lots/x"),
    ("GET", "/v1/inventory/x"),
    ("PUT", "/v1/inventory/x"),
    ("POST", "/v1/inventory/x/delivered"),
    ("POST", "/v1/city/places"),
    ("GET", "/v1/keys"),
    ("GET", "/v1/published-keys"),
    ("POST", "/v1/published-keys"),
    ("POST", f"/v1/published-keys/{'0' * 16}/withdraw"),
    ("GET", "/v1/nothing"),
    ("GET", "/nothing"),
]


async def heard(case: Case, key: str) -> AbstractQueue:
    queue = await case.services.declare_queue(exclusive=True)
    await queue.bind(EVENTS, key)
    return queue


def uid() -> str:
    return uuid4().hex[:16]


async def test_without_the_token_nothing_is_answered_but_health_metrics_and_an_empty_page(
    shared: Case,
) -> None:
    for method, path in ROUTES:
        for token in ("", "wrong", "ü"):
            answer = await shared.ask(method, path, token=token)
            assert (path, answer.status, answer.kind) == (path, 401, "application/problem+json")
    for path in ("/healthz", "/readyz", "/metrics", "/"):
        async with shared.http.get(path) as open_:
            assert open_.status == 200


async def test_the_places_are_those_of_the_region(shared: Case) -> None:
    listed = await shared.done("GET", "/v1/places")
    assert len(listed) == 1 + 5 + 54
    assert {"33.72.04.1010", "33.72.05.1011"} < {place["code"] for place in listed}


async def test_approving_and_suspending_a_gateway_is_told_to_the_other_services(shared: Case) -> None:
    approvals = await heard(shared, "gateway.approved.v1.3372.#")
    suspensions = await heard(shared, "gateway.suspended.v1.3372.#")
    name = await shared.gateway()
    approved = await next_of(approvals)
    assert await shared.done("POST", f"/v1/gateways/{name}/approve") == await _gateway(shared, name)
    await shared.done("POST", f"/v1/gateways/{name}/suspend")
    suspended = await next_of(suspensions)
    assert (await _gateway(shared, name))["state"] == "suspended"
    assert await all_of(approvals) == []
    told = msgspec.json.decode(approved.body, type=GatewayApproved)
    assert (told.gateway, told.institution, told.place, told.version) == (name, name, "33.72.04.1010", 2)
    assert approved.routing_key == f"gateway.approved.v1.3372.{name}"
    assert msgspec.json.decode(suspended.body, type=GatewaySuspended).version == 3


async def test_a_gateway_described_anew_counts_no_more_until_it_is_approved(shared: Case) -> None:
    suspensions = await heard(shared, "gateway.suspended.v1.3372.#")
    name = await shared.gateway()
    same = await shared.done("PUT", f"/v1/gateways/{name}", shared.described(name))
    assert (same["state"], same["version"]) == ("approved", 2)
    moved = {**shared.described(name), "place": "33.72.04.1011"}
    changed = await shared.done("PUT", f"/v1/gateways/{name}", moved)
    assert (changed["state"], changed["version"]) == ("requested", 3)
    told = msgspec.json.decode((await next_of(suspensions)).body, type=GatewaySuspended)
    assert (told.gateway, told.version) == (name, 3)


async def _gateway(case: Case, name: str) -> dict[str, Any]:
    listed: list[dict[str, Any]] = await case.done("GET", "/v1/gateways")
    return next(gateway for gateway in listed if gateway["name"] == name)


async def test_cards_are_recorded_in_bulk_and_each_change_is_told_with_its_version(shared: Case) -> None:
    changes = await heard(shared, "card.status_changed.v1.3372.registry")
    one, two = uid(), uid()
    first = await shared.done(
        "POST", "/v1/cards", [{"uid": one, "status": "active"}, {"uid": two, "status": "not-activated"}]
    )
    second = await shared.done(
        "POST", "/v1/cards", [{"uid": two, "status": "blocked"}, {"uid": one, "status": "active"}]
    )
    shown = await shared.done("GET", f"/v1/cards/{first[1]['card_ref']}")
    told = [msgspec.json.decode((await next_of(changes)).body, type=CardStatusChanged) for _ in range(3)]
    stored = str(await shared.pool.fetch("SELECT cards::text FROM cards"))
    assert [(card["status"], card["version"]) for card in first] == [("active", 1), ("not-activated", 1)]
    assert [(card["status"], card["version"]) for card in second] == [("blocked", 2), ("active", 1)]
    assert shown == second[0]
    assert sorted((card.card_ref, card.status, card.version) for card in told) == sorted(
        (card["card_ref"], card["status"], card["version"]) for card in [*first, second[0]]
    )
    assert one not in stored


async def test_an_agreement_that_changes_gets_a_version_and_one_that_does_not_keeps_it(shared: Case) -> None:
    name = await shared.agency()
    path = f"/v1/agreements/{name}"
    assert (await shared.done("PUT", path, AGREEMENT))["version"] == 1
    changed = await shared.done("PUT", path, {**AGREEMENT, "purposes": ["identify", "record"]})
    assert changed["version"] == 2
    listed = await shared.done("GET", "/v1/agreements")
    kept = await shared.pool.fetchval("SELECT count(*) FROM agreements WHERE institution = $1", name)
    assert [each for each in listed if each["institution"] == name] == [changed]
    assert kept == 2


KEY = ECKey.generate_key("P-256", private=True)
GATEWAY = {"institution": "x", "place": "33.72.04.1010", "public_key": "no key"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/nothing", None, 404),
        ("GET", f"/v1/cards/{'0' * 64}", None, 404),
        ("POST", "/v1/gateways/unknown/approve", None, 404),
        ("PUT", "/v1/institutions/UPPER", {"name": "x", "kind": "agency"}, 404),
        ("PUT", "/v1/agreements/unknown", AGREEMENT, 404),
        ("DELETE", "/v1/places", None, 405),
        ("PUT", "/v1/institutions/x", b"{not json", 400),
        ("PUT", "/v1/institutions/x", b"\xff\xfe", 400),
        ("PUT", "/v1/institutions/x", {"name": 1, "kind": "agency"}, 422),
        ("PUT", "/v1/institutions/x", {"name": "x", "kind": "agency", "other": 1}, 422),
        ("PUT", "/v1/gateways/x", GATEWAY, 422),
        ("POST", "/v1/cards", [{"uid": "00", "status": "active"}], 422),
        ("POST", "/v1/cards", [{"uid": "00" * 8, "status": "new"}], 422),
        ("POST", "/v1/cards", [{"uid": "00" * 8, "status": "active"}] * 2, 422),
        ("POST", "/v1/cards", b"[" + b" " * 2**21 + b"]", 413),
        ("PUT", "/v1/agreements/x", {**AGREEMENT, "purposes": ["chip-check"]}, 422),
        ("PUT", "/v1/agreements/x", {**AGREEMENT, "attributes": ["nik"]}, 422),
        ("PUT", "/v1/agreements/x", {**AGREEMENT, "valid_until": "2019-01-01T00:00:00Z"}, 422),
        ("PUT", "/v1/agreements/x", {**AGREEMENT, "valid_from": "2020-01-01T00:00:00"}, 422),
        ("PUT", "/v1/agreements/x", {**AGREEMENT, "public_key": KEY.as_dict(private=True)}, 422),
        (
            "PUT",
            "/v1/agreements/x",
            {**AGREEMENT, "public_key": {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}},
            422,
        ),
    ],
)
async def test_every_refusal_is_a_problem_document(
    shared: Case, method: str, path: str, body: object, status: int
) -> None:
    if isinstance(body, bytes):
        answer = await shared.ask(method, path, raw=body)
    else:
        answer = await shared.ask(method, path, body)
    assert (answer.status, answer.kind) == (status, "application/problem+json")
    assert answer.body["status"] == status
    assert answer.body["title"]


async def test_a_gateway_that_was_never_approved_cannot_be_suspended(shared: Case) -> None:
    name = f"kelurahan-{uuid4().hex[:8]}"
    await shared.done("PUT", f"/v1/institutions/{name}", {"name": name, "kind": "kelurahan"})
    await shared.done("PUT", f"/v1/gateways/{name}", shared.described(name))
    answer = await shared.ask("POST", f"/v1/gateways/{name}/suspend")
    assert (answer.status, answer.body["title"]) == (409, "Conflict")
    assert answer.body["detail"] == "the gateway is not approved, so it cannot be suspended"


async def test_a_gateway_needs_an_institution_and_a_place_that_exist(shared: Case) -> None:
    name = await shared.gateway()
    for wrong in ({"institution": "nobody"}, {"place": "33.72.04.1099"}):
        answer = await shared.ask("PUT", f"/v1/gateways/{name}", {**shared.described(name), **wrong})
        assert answer.status == 422
