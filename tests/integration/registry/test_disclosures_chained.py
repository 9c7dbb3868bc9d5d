"""What an institution was told is chained: it shows what the database's owner alters or removes in it."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from yarl import URL

from chassis.messaging.broker import DEAD_LETTERS
from chassis.storage.postgres import Connection
from tests.integration.registry.case import Case, until

TOLD = 6


@pytest.fixture
async def owner(shared: Case) -> AsyncIterator[Connection]:
    """Whoever has the owner's password."""
    database = URL(shared.settings.database_url).path
    connection = await asyncpg.connect(
        str(URL(shared.stack["DATABASE_REGISTRY_OWNER_URL"]).with_path(database))
    )
    yield connection
    await connection.close()


@pytest.fixture
async def agency(shared: Case) -> str:
    """An institution that was told of some taps."""
    gateway, name = await shared.gateway(), await shared.agency()
    await shared.feed(name)
    await shared.judge(*(shared.verdict(gateway) for _ in range(TOLD)))
    await shared.settled(name, (0, TOLD, 0))
    return name


async def verified(case: Case, agency: str, anchor: str = "") -> tuple[int, list[str]]:
    found = await case.done("GET", f"/v1/disclosures/{agency}/verification{anchor}")
    return found["disclosures"], [each["what"] for each in found["findings"]]


async def test_disclosures_as_they_were_told_verify_also_where_institutions_are_told_at_once(
    shared: Case,
) -> None:
    gateway = await shared.gateway()
    agencies = [await shared.agency() for _ in range(3)]
    for each in agencies:
        await shared.feed(each)
    await asyncio.gather(*(shared.judge(shared.verdict(gateway)) for _ in range(20)))
    for each in agencies:
        await shared.settled(each, (0, 20, 0))
        found = await shared.done("GET", f"/v1/disclosures/{each}/verification")
        assert (found["disclosures"], found["position"], found["findings"]) == (20, 20, [])
        again = "?anchor={position}:{hash}".format(**found)
        assert await verified(shared, each, again) == (20, [])


async def test_the_command_says_where_the_chain_ends_and_fails_where_something_is_found(
    shared: Case, owner: Connection, agency: str
) -> None:
    found = await shared.done("GET", f"/v1/disclosures/{agency}/verification")
    end = f"{found['position']}:{found['hash']}"
    code, _, said = await shared.ketuk("audit", "disclosures", agency, "--anchor", end)
    assert code == 0
    assert " ".join(said.split()) == (
        f"{TOLD} disclosures, 0 removed after their time, 0 outside the chain, 0 findings. "
        f"Write down, elsewhere: {end}"
    )
    await owner.execute("DELETE FROM disclosure_links WHERE institution = $1", agency)
    code, _, said = await shared.ketuk("audit", "disclosures", agency)
    assert code == 1
    assert f"entry 1: the end of the log is gone: it went to {TOLD}" in said


async def test_one_that_was_told_nothing_verifies(shared: Case) -> None:
    assert await verified(shared, await shared.agency()) == (0, [])


@pytest.mark.parametrize(
    ("statements", "what"),
    [
        (["UPDATE disclosures SET body = '{}' WHERE event_id = $1"], "what was disclosed was altered"),
        (["DELETE FROM disclosures WHERE event_id = $1"], "what was disclosed is gone before its time"),
        (
            [
                "DELETE FROM disclosures WHERE event_id = $1",
                "DELETE FROM disclosure_links WHERE event_id = $1",
            ],
            "entry 3 is gone",
        ),
        (
            ["UPDATE disclosure_links SET told = '2000-01-01' WHERE event_id = $1"],
            "this entry was altered, or stands in the place of another",
        ),
    ],
    ids=["altered", "removed", "removed with its link", "made older"],
)
async def test_what_the_owner_does_to_it_is_found(
    shared: Case, owner: Connection, agency: str, statements: list[str], what: str
) -> None:
    third = await owner.fetchval(
        "SELECT event_id FROM disclosure_links WHERE institution = $1 AND position = 3", agency
    )
    await owner.execute("ALTER TABLE disclosures DISABLE TRIGGER disclosures_stand")
    for statement in statements:
        assert (await owner.execute(statement, third)).rpartition(" ")[2] != "0"
    await owner.execute("ALTER TABLE disclosures ENABLE TRIGGER disclosures_stand")
    _, found = await verified(shared, agency)
    assert what in found


async def test_an_end_that_is_gone_and_a_head_that_was_set_back_are_found_by_what_was_written_down(
    shared: Case, owner: Connection, agency: str
) -> None:
    written = await shared.done("GET", f"/v1/disclosures/{agency}/verification")
    await owner.execute("DELETE FROM disclosure_links WHERE institution = $1 AND position = $2", agency, TOLD)
    _, found = await verified(shared, agency)
    assert f"the end of the log is gone: it went to {TOLD}" in found
    await owner.execute(
        """
        UPDATE disclosure_heads AS head SET position = link.position, hash = link.hash
        FROM disclosure_links AS link
        WHERE head.institution = $1 AND link.institution = $1 AND link.position = $2
        """,
        agency,
        TOLD - 1,
    )
    anchor = "?anchor={position}:{hash}".format(**written)
    _, found = await verified(shared, agency, anchor)
    assert "the entry that was written down is gone" in found


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE disclosure_links SET hash = hash",
        "DELETE FROM disclosure_links",
        "TRUNCATE disclosure_links",
        "DELETE FROM disclosure_heads",
    ],
)
async def test_the_service_cannot_change_or_remove_a_link(shared: Case, agency: str, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await shared.pool.execute(statement)
    assert await verified(shared, agency) == (TOLD, [])


async def test_what_was_put_in_by_hand_is_counted_also_where_it_was_another_institutions(
    shared: Case, owner: Connection, agency: str
) -> None:
    other = await shared.agency()
    await owner.execute(
        """
        INSERT INTO disclosures (event_id, institution, routing_key, signature, body, created)
        VALUES (gen_random_uuid(), $1, 'x', 'x', '{}', '2000-01-01')
        """,
        agency,
    )
    assert (await shared.done("GET", f"/v1/disclosures/{agency}/verification"))["outside"] == 1
    await owner.execute("ALTER TABLE disclosures DISABLE TRIGGER disclosures_stand")
    await owner.execute("UPDATE disclosures SET institution = $2 WHERE institution = $1", agency, other)
    await owner.execute("ALTER TABLE disclosures ENABLE TRIGGER disclosures_stand")
    found = await shared.done("GET", f"/v1/disclosures/{other}/verification")
    assert (found["disclosures"], found["outside"]) == (0, TOLD + 1)


async def test_an_institution_that_does_not_exist_is_not_verified(shared: Case) -> None:
    assert (await shared.ask("GET", "/v1/disclosures/nobody/verification")).status == 404


async def test_a_chain_whose_head_is_gone_goes_on_from_its_end(
    shared: Case, owner: Connection, agency: str
) -> None:
    await owner.execute("DELETE FROM disclosure_heads WHERE institution = $1", agency)
    await shared.judge(shared.verdict(await shared.gateway()))
    await shared.settled(agency, (0, TOLD + 1, 0))
    assert await verified(shared, agency) == (TOLD + 1, [])


async def test_verdicts_wait_while_a_head_is_not_where_its_chain_ends(
    shared: Case, owner: Connection, agency: str
) -> None:
    set_back = "UPDATE disclosure_heads SET position = position + $2 WHERE institution = $1"
    await owner.execute(set_back, agency, -1)
    await shared.judge(shared.verdict(await shared.gateway()))

    async def is_told() -> bool:
        async with shared.http.get("/readyz") as answer:
            return "disclosure_heads" in await answer.text()

    await until(is_told, what="the head on /readyz")
    await owner.execute(set_back, agency, 1)
    await shared.settled(agency, (0, TOLD + 1, 0))
    dead = await shared.services.declare_queue(DEAD_LETTERS, passive=True)
    assert dead.declaration_result.message_count == 0
