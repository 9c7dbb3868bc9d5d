"""The audit log on a real database: who is in it, who can change it, and what is found when somebody did."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_network
from uuid import uuid4

import asyncpg
import pytest
from yarl import URL

from tests.integration.registry.case import Case, Json


async def entries(case: Case, whose: str) -> Json:
    return (await case.done("GET", f"/v1/audit?whose={whose}"))["entries"]


@asynccontextmanager
async def as_owner(
    case: Case, stack_env: Mapping[str, str]
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Whoever can do anything to the database; undone at the end."""
    name = URL(case.settings.database_url).path
    connection = await asyncpg.connect(str(URL(stack_env["DATABASE_REGISTRY_OWNER_URL"]).with_path(name)))
    try:
        yield connection
    finally:
        await connection.close()


async def test_a_change_and_its_entry_stand_or_fall_together_and_say_who_whose_why_and_from_where(
    shared: Case,
) -> None:
    name = f"kelurahan-{uuid4().hex[:8]}"
    body = {"name": "Contoh", "kind": "kelurahan"}
    why = {"Ketuk-Reason": "pemekaran 2018"}
    assert (await shared.ask("PUT", f"/v1/institutions/{name}", body, headers=why)).status == 200
    assert (await shared.ask("PUT", f"/v1/institutions/{name}", {}, headers=why)).status == 422
    assert (await shared.ask("POST", f"/v1/gateways/{name}/approve")).status == 404
    found = await entries(shared, name)
    assert [(each["event"], each["outcome"]) for each in found] == [
        ("institution.named", "done"),
        ("institution.named", "refused"),
        ("gateway.approved", "refused"),
    ]
    assert {each["actor"] for each in found} == {"token:bootstrap"}
    assert (found[0]["reason"], found[0]["origin"], found[0]["because"]) == (
        "pemekaran 2018",
        "127.0.0.1",
        None,
    )
    assert found[2]["because"] == f"Unknown: there is no gateway {name}"


@pytest.mark.parametrize(
    ("web_servers", "origin"), [((), "127.0.0.1"), ((ip_network("127.0.0.0/8"),), "192.0.2.7")]
)
async def test_the_log_names_whom_a_web_server_of_ours_speaks_for_and_believes_nobody_else(
    case: Case, web_servers: tuple[object, ...], origin: str
) -> None:
    name = f"kelurahan-{uuid4().hex[:8]}"
    through = {"X-Forwarded-For": "192.0.2.1, 192.0.2.7"}
    async with case.running(web_servers=web_servers):
        body = {"name": "Contoh", "kind": "kelurahan"}
        assert (await case.ask("PUT", f"/v1/institutions/{name}", body, headers=through)).status == 200
        [found] = await entries(case, name)
    assert found["origin"] == origin


async def test_who_looks_at_a_card_or_fails_to_sign_in_or_may_not_is_in_the_log(shared: Case) -> None:
    [card] = await shared.done("POST", "/v1/cards", [{"uid": uuid4().hex[:16], "status": "active"}])
    await shared.done("GET", f"/v1/cards/{card['card_ref']}")
    nobody = f"petugas-{uuid4().hex[:8]}"
    await shared.ask("POST", "/v1/session", {"person": nobody, "password": "x"}, token="")
    seen = [each["event"] for each in await entries(shared, card["card_ref"])]
    [tried] = await entries(shared, f"person:{nobody}")
    assert seen == ["cards.recorded", "card.shown"]
    assert (tried["event"], tried["actor"], tried["outcome"]) == ("person.signed-in", "nobody", "refused")


async def test_many_changes_at_once_stand_in_one_row(shared: Case) -> None:
    names = [f"agency-{uuid4().hex[:8]}" for _ in range(20)]
    body = {"name": "Contoh", "kind": "agency"}
    await asyncio.gather(*(shared.done("PUT", f"/v1/institutions/{name}", body) for name in names))
    cards = [{"uid": uuid4().hex[:16], "status": "active"} for _ in range(500)]
    await shared.done("POST", "/v1/cards", cards)
    verified = await shared.done("GET", "/v1/audit/verification")
    assert verified["findings"] == []
    assert verified["entries"] >= 520
    again = await shared.done("GET", "/v1/audit/verification?anchor={position}:{hash}".format(**verified))
    assert again["findings"] == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor = 'x'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log, audit_details",
        "UPDATE audit_details SET whose = 'x'",
        "DELETE FROM audit_head",
        "DROP TABLE audit_log CASCADE",
        "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        "GRANT UPDATE ON audit_log TO registry",
    ],
)
async def test_the_service_cannot_change_or_remove_an_entry(case: Case, statement: str) -> None:
    before = await case.pool.fetchval("SELECT has_table_privilege('audit_log', 'UPDATE')")
    try:
        await case.pool.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return
    # PostgreSQL only warns of a grant by somebody who has nothing to grant
    assert statement.startswith("GRANT")
    assert not before
    assert not await case.pool.fetchval("SELECT has_table_privilege('audit_log', 'UPDATE')")


ALTERED = "this entry was altered, or stands in the place of another"
RESTORE = """
    DELETE FROM audit_details; DELETE FROM audit_log;
    INSERT INTO audit_log SELECT * FROM kept_log; INSERT INTO audit_details SELECT * FROM kept_details;
    UPDATE audit_head SET (position, hash)
        = (SELECT position, hash FROM audit_log ORDER BY position DESC LIMIT 1)
"""
HARM = {
    "one byte": (
        "UPDATE audit_log SET hash = set_byte(hash, 7, get_byte(hash, 7) # 1) WHERE position = 3",
        (3, ALTERED),
    ),
    "another actor": ("UPDATE audit_log SET actor = 'person:other' WHERE position = 4", (4, ALTERED)),
    "a row removed": (
        "DELETE FROM audit_log WHERE position = 5",
        (5, "entry 5 is gone"),
    ),
    "two rows swapped": (
        "UPDATE audit_log SET position = 13 - position WHERE position IN (6, 7)",
        (6, ALTERED),
    ),
    "the tail removed": ("DELETE FROM audit_log WHERE position > 8", (9, "the end of the log is gone")),
    "details altered": (
        "UPDATE audit_details SET whose = 'other' WHERE position = 3",
        (3, "the details of this entry were altered"),
    ),
    "details removed": (
        "DELETE FROM audit_details WHERE position = 3",
        (3, "the details of this entry are gone, and none says why"),
    ),
}


@pytest.mark.parametrize("harm", HARM)
async def test_what_somebody_with_every_right_does_to_the_log_is_found_with_its_place(
    shared: Case, stack_env: Mapping[str, str], harm: str
) -> None:
    statement, (position, what) = HARM[harm]
    async with as_owner(shared, stack_env) as owner:
        for _ in range(10):
            await shared.done("PUT", f"/v1/institutions/agency-{uuid4().hex[:8]}", {"name": "x", "kind": "x"})
        assert (await shared.done("GET", "/v1/audit/verification"))["findings"] == []
        await owner.execute("CREATE TABLE kept_log AS SELECT * FROM audit_log")
        await owner.execute("CREATE TABLE kept_details AS SELECT * FROM audit_details")
        try:
            await owner.execute("ALTER TABLE audit_details DROP CONSTRAINT audit_details_position_fkey")
            await owner.execute("ALTER TABLE audit_log DROP CONSTRAINT audit_log_pkey")
            await owner.execute(statement)
            found = (await shared.done("GET", "/v1/audit/verification"))["findings"]
        finally:
            await owner.execute(RESTORE)
            await owner.execute("DROP TABLE kept_log, kept_details")
            await owner.execute("ALTER TABLE audit_log ADD PRIMARY KEY (position)")
            await owner.execute("ALTER TABLE audit_details ADD FOREIGN KEY (position) REFERENCES audit_log")
    assert any(each["position"] == position and each["what"].startswith(what) for each in found), found
