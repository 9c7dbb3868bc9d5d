"""Every table of the registry that knows a person is one of those that are shown and erased."""

from uuid import uuid4

from registry.privacy.personal_data import BY_ANOTHER_WORD, HOLDINGS
from registry.pseudonyms.person_refs import Citizens
from tests.integration.registry.case import Case, until
from tests.integration.registry.test_cards import SEEN_TO, issued
from tests.integration.registry.test_citizens import ALARM, WHY, asked

TABLES = """
SELECT relname AS name, coalesce(pg_partition_root(oid), oid)::regclass::text AS whole FROM pg_class
WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace
"""


async def who_knows(case: Case, words: list[str]) -> dict[str, set[str]]:
    """By table, in which of its partitions any of these words stands: as text, or in a body of bytes."""
    found: dict[str, set[str]] = {}
    for table in await case.pool.fetch(TABLES):
        knows = await case.pool.fetchval(
            f"""
            SELECT EXISTS (
                SELECT FROM {table["name"]} AS t, unnest($1::text[]) AS word
                WHERE strpos(t::text, word) > 0 OR strpos(t::text, encode(word::bytea, 'hex')) > 0
            )
            """,  # noqa: S608  names of our own tables
            words,
        )
        if knows:
            found.setdefault(table["whole"], set()).add(table["name"])
    return found


async def test_every_table_that_knows_a_person_is_named(shared: Case) -> None:
    nik, name = f"3372990101{uuid4().int % 10**6:06}", f"SITI {uuid4().hex.upper()}"
    row = f"{nik},{name},1990-01-01,P,33.72.04.1010,2011-09-01,{',2012-05-01' * 6},"
    agency, gateway = await shared.agency(), await shared.gateway()
    await shared.feed(agency)
    await shared.ask("POST", "/v1/residents/import", raw=row.encode())
    card = await issued(shared)
    await shared.done("PUT", f"{card}/holder", {"nik": nik})
    await shared.done("POST", f"{card}/activate", SEEN_TO)
    await shared.pool.execute(ALARM, str(uuid4()), card[-64:])
    attributes = {"nik": nik, "name": name}
    await shared.judge(shared.verdict(gateway, card_ref=card[-64:], attributes=attributes))
    await shared.settled(agency, (0, 1, 0))
    await asked(shared, "looks", nik)
    assert (await shared.ask("GET", card, headers=WHY)).status == 200

    async def nothing_waits() -> bool:
        waits = "EXISTS (SELECT FROM outbox) OR EXISTS (SELECT FROM chip_findings_uncounted)"
        return not await shared.pool.fetchval(f"SELECT {waits}")

    await until(nothing_waits, what="an empty outbox")
    citizens = Citizens(
        key=bytes.fromhex(shared.settings.pseudonym_key.get_secret_value()),
        version=shared.settings.pseudonym_key_version,
        region=shared.settings.region,
    )
    words = [nik, name, card[-64:], citizens.ref(nik), citizens.towards(agency, nik)]
    known = await who_knows(shared, words)
    assert set(known) == {each.table for each in HOLDINGS} | set(BY_ANOTHER_WORD)
    [month] = known["chip_findings"]
    assert month != "chip_findings_elsewhen"
