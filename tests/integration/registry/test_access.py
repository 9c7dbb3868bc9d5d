"""Who may use the registry's API, on a real database."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import uuid4

import pytest

from registry.access.permissions import RIGHTS
from tests.integration.registry.case import Answer, Case

PASSWORD, OTHER = token_urlsafe(16), token_urlsafe(16)


def a_name(kind: str) -> str:
    return f"{kind}-{uuid4().hex[:8]}"


async def a_person(case: Case, role: str) -> str:
    name = a_name("petugas")
    await case.done("PUT", f"/v1/people/{name}", {"role": role, "password": PASSWORD})
    return name


async def signed_in(case: Case, person: str, password: str = PASSWORD) -> Answer:
    return await case.ask("POST", "/v1/session", {"person": person, "password": password}, token="")


def cookie(answer: Answer) -> dict[str, str]:
    return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}


def from_our_page(case: Case) -> dict[str, str]:
    return {"Origin": f"http://127.0.0.1:{case.settings.http_port}"}


async def a_token(case: Case, role: str) -> tuple[str, str]:
    name = a_name("program")
    expires = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    issued = await case.done("POST", f"/v1/tokens/{name}", {"role": role, "expires": expires})
    return name, issued["secret"]


async def test_a_person_signs_in_acts_as_their_role_allows_and_signs_out(shared: Case) -> None:
    person = await a_person(shared, "officer")
    session = await signed_in(shared, person)
    assert session.status == 200
    kept = session.headers["Set-Cookie"]
    assert kept.startswith("__Host-ketuk=")
    assert all(word in kept for word in ("HttpOnly", "SameSite=Strict", "Secure", "Path=/"))
    mine = cookie(session)
    who = await shared.ask("GET", "/v1/session", token="", headers=mine)
    assert who.body == {"name": f"person:{person}", "role": "officer"}
    page = mine | from_our_page(shared)
    name = a_name("kelurahan")
    body = {"name": "Contoh", "kind": "kelurahan"}
    named = await shared.ask("PUT", f"/v1/institutions/{name}", body, token="", headers=page)
    assert named.status == 200
    refused = await shared.ask("POST", f"/v1/gateways/{name}/approve", token="", headers=page)
    assert (refused.status, refused.kind) == (403, "application/problem+json")
    assert (await shared.ask("DELETE", "/v1/session", token="", headers=page)).status == 200
    assert (await shared.ask("GET", "/v1/session", token="", headers=mine)).status == 401
    stored = str(await shared.pool.fetch("SELECT people::text FROM people"))
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


async def test_a_page_elsewhere_cannot_act_with_the_cookie_that_a_browser_sends(shared: Case) -> None:
    mine = cookie(await signed_in(shared, await a_person(shared, "operator")))
    path, body = f"/v1/institutions/{a_name('x')}", {"name": "x", "kind": "x"}
    for origin in ({}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}):
        answer = await shared.ask("PUT", path, body, token="", headers=mine | origin)
        assert (origin, answer.status) == (origin, 403)
    assert (await shared.ask("PUT", path, body, token="", headers=mine | from_our_page(shared))).status == 200


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1", ""])
async def test_a_page_elsewhere_signs_nobody_in_and_does_nothing_with_a_token(
    shared: Case, origin: str
) -> None:
    person, from_elsewhere = await a_person(shared, "operator"), {"Origin": origin}
    # as a form sends it, which asks nobody before
    body = json.dumps({"person": person, "password": PASSWORD}).encode()
    form = from_elsewhere | {"Content-Type": "text/plain"}
    signed = await shared.ask("POST", "/v1/session", raw=body, token="", headers=form)
    assert (signed.status, "Set-Cookie" in signed.headers) == (403, False)
    path, named = f"/v1/institutions/{a_name('x')}", {"name": "x", "kind": "x"}
    assert (await shared.ask("PUT", path, named, headers=from_elsewhere)).status == 403
    assert (await shared.ask("POST", "/v1/enrolment", {}, token="", headers=from_elsewhere)).status == 403
    assert (await shared.ask("GET", "/v1/places", headers=from_elsewhere)).status == 200
    here = from_our_page(shared)
    signed = await shared.ask("POST", "/v1/session", raw=body, token="", headers=here)
    assert signed.status == 200


async def test_wrong_passwords_lock_out_also_many_at_once_and_whether_there_is_such_a_person_or_not(
    case: Case,
) -> None:
    async with case.running(sign_ins_per_second=100):
        for person in (await a_person(case, "viewer"), a_name("nobody")):
            answers = await asyncio.gather(*(signed_in(case, person, "wrong") for _ in range(9)))
            assert sorted(answer.status for answer in answers) == [401] * 5 + [429] * 4
            right = await signed_in(case, person)
            assert right.status == 429
            assert 50 <= int(right.headers["Retry-After"]) <= 60
        await case.pool.execute("UPDATE failed_sign_ins_from SET locked_until = now() - interval '1 second'")
        assert (await signed_in(case, person)).status == 401


async def test_who_is_shut_out_has_no_session_any_more_and_gets_none(shared: Case) -> None:
    person = await a_person(shared, "viewer")
    mine = cookie(await signed_in(shared, person))
    await shared.done("PUT", f"/v1/people/{person}", {"role": "viewer", "shut_out": True})
    assert (await shared.ask("GET", "/v1/session", token="", headers=mine)).status == 401
    assert (await signed_in(shared, person)).status == 401


async def test_a_changed_password_ends_every_session(shared: Case) -> None:
    person = await a_person(shared, "viewer")
    here, there = [cookie(await signed_in(shared, person)) for _ in range(2)]
    page, change = here | from_our_page(shared), {"present": "wrong", "new": OTHER}
    assert (await shared.ask("PUT", "/v1/session/password", change, token="", headers=page)).status == 403
    change["present"] = PASSWORD
    assert (await shared.ask("PUT", "/v1/session/password", change, token="", headers=page)).status == 200
    assert (await shared.ask("GET", "/v1/session", token="", headers=there)).status == 401
    assert (await signed_in(shared, person)).status == 401
    assert (await signed_in(shared, person, OTHER)).status == 200


async def test_a_program_has_a_token_until_it_expires_or_is_revoked(shared: Case) -> None:
    name, secret = await a_token(shared, "viewer")
    assert (await shared.ask("GET", "/v1/places", token=secret)).status == 200
    assert (await shared.ask("POST", "/v1/cards", [], token=secret)).status == 403
    assert secret not in str(await shared.pool.fetch("SELECT tokens::text FROM tokens"))
    await shared.done("DELETE", f"/v1/tokens/{name}")
    assert (await shared.ask("GET", "/v1/places", token=secret)).status == 401
    _, expiring = await a_token(shared, "viewer")
    await shared.pool.execute("UPDATE tokens SET expires = now() WHERE revoked IS NULL")
    assert (await shared.ask("GET", "/v1/places", token=expiring)).status == 401
    expires = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    for taken in (name, "bootstrap"):
        again = await shared.ask("POST", f"/v1/tokens/{taken}", {"role": "viewer", "expires": expires})
        assert again.status == 409


async def test_who_asks_too_fast_is_told_to_wait_and_others_are_not(case: Case) -> None:
    async with case.running():
        _, hurried = await a_token(case, "viewer")
        _, calm = await a_token(case, "viewer")
    async with case.running(requests_per_second=1):
        answers = [await case.ask("GET", "/v1/session", token=hurried) for _ in range(6)]
        assert answers[-1].status == 429
        assert answers[-1].headers["Retry-After"] == "1"
        assert (await case.ask("GET", "/v1/session", token=calm)).status == 200


async def test_a_request_sent_twice_with_one_key_is_carried_out_once(shared: Case) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    agency = await shared.agency()
    path = f"/v1/gateways/{a_name('kelurahan')}"
    first = await shared.ask("PUT", path, shared.described(agency), headers=key)
    await shared.done("PUT", path, {**shared.described(agency), "place": "33.72.04.1011"})
    again = await shared.ask("PUT", path, shared.described(agency), headers=key)
    assert (again.status, again.body) == (200, first.body)
    assert again.headers["Idempotent-Replayed"] == "true"
    now = next(each for each in await shared.done("GET", "/v1/gateways") if path.endswith(each["name"]))
    assert now["place"] == "33.72.04.1011"
    other = await shared.ask("PUT", path, {**shared.described(agency), "place": "33.72"}, headers=key)
    assert other.status == 422
    # a key is its actor's own
    _, secret = await a_token(shared, "operator")
    theirs = await shared.ask("PUT", path, shared.described(agency), headers=key, token=secret)
    assert "Idempotent-Replayed" not in theirs.headers
    # a refusal is none's answer: what was wrong can be mended
    fresh = {"Idempotency-Key": uuid4().hex}
    wrong = await shared.ask("PUT", path, {**shared.described(agency), "place": "00"}, headers=fresh)
    assert wrong.status == 422
    assert (await shared.ask("PUT", path, shared.described(agency), headers=fresh)).status == 200


async def test_of_many_with_one_key_at_once_one_is_carried_out_and_a_lost_answer_is_said(
    shared: Case,
) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    person, body = a_name("petugas"), {"role": "viewer", "password": PASSWORD}
    answers = await asyncio.gather(
        *(shared.ask("PUT", f"/v1/people/{person}", body, headers=key) for _ in range(6))
    )
    assert {answer.status for answer in answers} <= {200, 409}
    assert any(answer.status == 200 for answer in answers)
    listed = await shared.done("GET", "/v1/people")
    assert next(each for each in listed if each["person"] == person)["version"] == 1
    # as when the process died between the change and its answer
    await shared.pool.execute("UPDATE kept_answers SET status = NULL, body = NULL")
    lost = await shared.ask("PUT", f"/v1/people/{person}", body, headers=key)
    assert lost.status == 409


async def test_of_two_edits_of_one_version_one_wins_and_the_other_is_told(shared: Case) -> None:
    agency = await shared.agency()
    path = f"/v1/gateways/{a_name('kelurahan')}"
    made = await shared.ask("PUT", path, shared.described(agency), headers={"If-Match": '"0"'})
    assert made.status == 200
    seen = {"If-Match": made.headers["ETag"]}
    moves = [{**shared.described(agency), "place": place} for place in ("33.72.04.1011", "33.72.05.1011")]
    answers = await asyncio.gather(*(shared.ask("PUT", path, move, headers=seen) for move in moves))
    assert sorted(answer.status for answer in answers) == [200, 412]
    unversioned = await shared.ask(
        "PUT", f"/v1/institutions/{agency}", {"name": "x", "kind": "x"}, headers=seen
    )
    assert unversioned.status == 422


async def test_a_route_that_has_no_line_in_the_table_of_rights_is_refused_to_everyone(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(RIGHTS, ("GET", "/v1/places"))
    async with case.running():
        refused = await case.ask("GET", "/v1/places")
    assert refused.status == 403


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/v1/institutions/{}"), ("POST", "/v1/gateways/{}/approve")]
)
async def test_a_key_on_another_path_or_method_is_refused(shared: Case, method: str, path: str) -> None:
    key, body = {"Idempotency-Key": uuid4().hex}, {"name": "Contoh", "kind": "kelurahan"}
    gateway = await shared.gateway()
    assert (await shared.ask("PUT", f"/v1/institutions/{a_name('x')}", body, headers=key)).status == 200
    other = await shared.ask(method, path.format(gateway), body, headers=key)
    assert (other.status, "used for something else" in other.body["detail"]) == (422, True)


async def test_an_idempotency_key_keeps_no_secret_and_no_digest_that_can_be_tried_out(shared: Case) -> None:
    token, person, agency = a_name("program"), a_name("petugas"), a_name("agency")
    expires = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    sent = {
        ("POST", f"/v1/tokens/{token}"): {"role": "viewer", "expires": expires},
        ("PUT", f"/v1/people/{person}"): {"role": "viewer", "password": PASSWORD},
        ("PUT", f"/v1/institutions/{agency}"): {"name": "Contoh", "kind": "agency"},
    }
    secret, kept = "", {}
    for (method, path), body in sent.items():
        key = uuid4().hex
        answer = await shared.ask(method, path, body, headers={"Idempotency-Key": key})
        assert answer.status == 200, answer
        secret = secret or answer.body["secret"]
        kept[method, path] = await shared.pool.fetchrow("SELECT * FROM kept_answers WHERE key = $1", key)
        again = await shared.ask(method, path, body, headers={"Idempotency-Key": key})
        assert again.status == (200 if "institutions" in path else 409)
    for (method, path), body in sent.items():
        row = kept[method, path]
        assert row is not None
        plain = b"\0".join([method.encode(), path.encode(), json.dumps(body).encode()])
        assert row["digest"] != sha256(plain).digest()
        assert (row["body"] is None) is ("institutions" not in path)
        assert secret not in str(row)


async def test_a_secret_has_no_part_in_the_digest_of_its_request(shared: Case) -> None:
    path, digests = f"/v1/people/{a_name('petugas')}", []
    for password in (PASSWORD, OTHER):
        key = uuid4().hex
        body = {"role": "viewer", "password": password}
        assert (await shared.ask("PUT", path, body, headers={"Idempotency-Key": key})).status == 200
        digests.append(await shared.pool.fetchval("SELECT digest FROM kept_answers WHERE key = $1", key))
    assert digests[0] == digests[1]
