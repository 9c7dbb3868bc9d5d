"""Strangers who try to sign in keep nobody else out and fill no log, on a real database."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from secrets import token_urlsafe
from uuid import uuid4

from chassis.storage.postgres import PostgresOutbox
from registry.access.lockout import FREE_TRIES, FREE_TRIES_OF_A_NAME
from registry.access.passwords import HASHER
from registry.audit.record_refused import record_refused
from registry.audit.unit_of_work import Office
from tests.integration.registry.case import Answer, Case

PASSWORD = token_urlsafe(16)
OFFICE, STRANGER = "192.0.2.7", "203.0.113.9"
STRANGERS = 30
"""More than one address may ask at once, and fewer than may wait."""
FEW_STRANGERS = 12
"""The same, where an address may ask a quarter as often."""


@asynccontextmanager
async def behind_a_web_server(case: Case, **settings: object) -> AsyncIterator[None]:
    """The registry runs, and is told the address that each request comes from."""
    async with case.running(web_servers=(ip_network("127.0.0.0/8"),), **settings):
        yield


async def an_officer(case: Case) -> str:
    name = f"petugas-{uuid4().hex[:8]}"
    await case.done("PUT", f"/v1/people/{name}", {"role": "officer", "password": PASSWORD})
    return name


async def tried(case: Case, person: str, password: str, *, address: str) -> Answer:
    return await case.ask(
        "POST",
        "/v1/session",
        {"person": person, "password": password},
        token="",
        headers={"X-Forwarded-For": address},
    )


async def test_an_officer_elsewhere_signs_in_before_the_strangers_who_were_there_first(case: Case) -> None:
    # strangers wait where each of them costs what it does in service
    async with behind_a_web_server(replace(case, hasher=HASHER)):
        officer = await an_officer(case)
        strangers = [
            asyncio.create_task(tried(case, f"nobody-{uuid4().hex[:8]}", "x", address=STRANGER))
            for _ in range(STRANGERS)
        ]
        await asyncio.wait(strangers, return_when=asyncio.FIRST_COMPLETED)
        signed_in = await tried(case, officer, PASSWORD, address=OFFICE)
        looked_at = sum(each.done() and each.result().status == 401 for each in strangers)
        answers = await asyncio.gather(*strangers)
    assert signed_in.status == 200
    counted = Counter(answer.status for answer in answers)
    assert set(counted) == {401, 429}
    # one after another an address has its turn: those that are looked at meanwhile are few, and none are many
    assert looked_at <= counted[401] / 2
    assert {answer.headers["Retry-After"] for answer in answers if answer.status == 429} == {"1"}


async def test_an_officer_signs_in_while_as_many_addresses_as_strangers_try(case: Case) -> None:
    async with behind_a_web_server(replace(case, hasher=HASHER), sign_ins_per_second=0.25):
        officer = await an_officer(case)
        strangers = [
            asyncio.create_task(tried(case, f"nobody-{number}", "x", address=f"203.0.113.{number}"))
            for number in range(FEW_STRANGERS)
        ]
        signed_in = await tried(case, officer, PASSWORD, address=OFFICE)
        answers = await asyncio.gather(*strangers)
    assert signed_in.status == 200
    assert {answer.status for answer in answers} == {401}


async def test_wrong_passwords_lock_a_name_for_the_address_that_they_come_from(case: Case) -> None:
    async with behind_a_web_server(case):
        officer = await an_officer(case)
        statuses = [(await tried(case, officer, "x", address=STRANGER)).status for _ in range(FREE_TRIES + 1)]
        locked = await tried(case, officer, PASSWORD, address=STRANGER)
        elsewhere = await tried(case, officer, PASSWORD, address=OFFICE)
        other = await tried(case, f"nobody-{uuid4().hex[:8]}", "x", address=STRANGER)
    assert statuses == [401] * FREE_TRIES + [429]
    assert (locked.status, elsewhere.status, other.status) == (429, 200, 401)
    assert 50 <= int(locked.headers["Retry-After"]) <= 60


async def test_a_name_that_many_addresses_try_is_locked_but_for_where_its_officer_signed_in_before(
    case: Case,
) -> None:
    async with behind_a_web_server(case):
        officer = await an_officer(case)
        assert (await tried(case, officer, PASSWORD, address=OFFICE)).status == 200
        await tries(case, officer, FREE_TRIES_OF_A_NAME - 1)
        last = await tried(case, officer, "x", address=STRANGER)
        strange = await tried(case, officer, PASSWORD, address="198.51.100.3")
        there = await tried(case, officer, PASSWORD, address=OFFICE)
        # a network of IPv6 is one address, and so is an address of IPv4 in IPv6's form
        mapped = await tried(case, officer, PASSWORD, address=f"::ffff:{OFFICE}")
    assert (last.status, strange.status, there.status, mapped.status) == (401, 429, 200, 200)


async def tries(case: Case, person: str, count: int) -> None:
    """As many failed tries of a name as if others had made them."""
    await case.pool.execute(
        "INSERT INTO failed_sign_ins (person, tries) VALUES ($1, $2)"
        " ON CONFLICT (person) DO UPDATE SET tries = excluded.tries",
        person,
        count,
    )


async def test_one_network_of_ipv6_is_one_address(case: Case) -> None:
    async with behind_a_web_server(case):
        officer = await an_officer(case)
        for number in range(FREE_TRIES):
            answer = await tried(case, officer, "x", address=f"2001:db8:0:7::{number}")
            assert answer.status == 401
        assert (await tried(case, officer, "x", address="2001:db8:0:7:ffff::1")).status == 429
        assert (await tried(case, officer, PASSWORD, address="2001:db8:0:8::1")).status == 200


async def test_a_new_password_ends_every_lock(case: Case) -> None:
    async with behind_a_web_server(case):
        officer = await an_officer(case)
        for _ in range(FREE_TRIES):
            await tried(case, officer, "x", address=OFFICE)
        await tries(case, officer, FREE_TRIES_OF_A_NAME)
        assert (await tried(case, officer, PASSWORD, address=OFFICE)).status == 429
        await case.done("PUT", f"/v1/people/{officer}", {"role": "officer", "password": PASSWORD})
        assert (await tried(case, officer, PASSWORD, address=OFFICE)).status == 200


async def test_many_refused_requests_of_who_has_not_signed_in_are_one_entry(case: Case) -> None:
    async with behind_a_web_server(case, sign_ins_per_second=1000):
        officer = await an_officer(case)
        before = await case.pool.fetchval("SELECT position FROM audit_head")
        for _ in range(FREE_TRIES):
            await tried(case, officer, "x", address=STRANGER)
        for _ in range(3):
            code = {"code": "AAAAA-AAAAA-AAAAA-AAAAA", "public_key": "x", "proof": "x"}
            await case.ask("POST", "/v1/enrolment", code, token="")
        assert await case.pool.fetchval("SELECT position FROM audit_head") == before
    # a process that was killed has lost none of them
    await record_refused(office(case))
    rows = await case.pool.fetch(
        """
        SELECT event, actor, outcome, whose, origin, because
        FROM audit_log JOIN audit_details USING (position) WHERE position > $1 ORDER BY event
        """,
        before,
    )
    assert [tuple(row)[:5] for row in rows] == [
        ("gateway.enrolled", "nobody", "refused", None, "127.0.0.1"),
        ("person.signed-in", "nobody", "refused", f"person:{officer}", STRANGER),
    ]
    kinds, counts = zip(
        *(row["because"].partition(" times since ")[0].rsplit(": ", 1) for row in rows), strict=True
    )
    assert (kinds[0].partition(" ")[0], kinds[1]) == (
        "ValidationError",
        "NotSignedIn: name and password do not fit",
    )
    assert counts == ("3", str(FREE_TRIES))
    assert await record_refused(office(case)) == 0


async def test_names_and_addresses_without_end_are_a_few_entries(case: Case) -> None:
    await case.pool.execute(
        """
        INSERT INTO refused_requests (event, whose, origin, because, times)
        SELECT 'person.signed-in', 'person:' || n, '203.0.113.' || n % 100, 'x', 2
        FROM generate_series(1, 1000) AS n
        """
    )
    before = await case.pool.fetchval("SELECT position FROM audit_head")
    assert await record_refused(office(case)) == 1000
    said = await case.pool.fetch(
        "SELECT whose, origin, because FROM audit_details WHERE position > $1 ORDER BY position", before
    )
    assert len(said) <= 21
    assert (said[-1]["whose"], said[-1]["origin"]) == (None, "")
    assert said[-1]["because"].startswith("1960 times since ")
    assert "980 names, 100 addresses" in said[-1]["because"]


async def test_who_reads_the_log_sees_what_was_refused_just_now(case: Case) -> None:
    async with behind_a_web_server(case):
        officer = await an_officer(case)
        await tried(case, officer, "x", address=STRANGER)
        entries = (await case.done("GET", f"/v1/audit?whose=person:{officer}"))["entries"]
    assert [(each["event"], each["outcome"]) for each in entries] == [("person.signed-in", "refused")]


def office(case: Case) -> Office:
    outbox = PostgresOutbox(pool=case.pool)
    return Office(pool=case.pool, outbox=outbox, region="3372", card_ref_key=bytes(32))
