"""What a citizen may ask for, and what is kept no longer, on a real database and broker."""

from uuid import uuid4

import pytest

from tests.integration.registry.case import PERSON, Case, Json, until
from tests.integration.registry.test_cards import SEEN_TO, issued, resident

WHY = {"Ketuk-Reason": "permintaan warga"}
NOBODY = "3372990202910002"
TAPS = "SELECT count(*) FROM chip_findings WHERE card_ref = ANY($1::bytea[])"
ALARM = """
INSERT INTO alarms (alarm, kind, raised, tap, region, gateway, reader, place, institution, card_ref)
VALUES ($1::text::uuid, 'signature-disputed', now(), gen_random_uuid(), '3372', 'kelurahan-jebres', 'loket-1',
    '33.72.04.1010', 'kelurahan-jebres', $2)
"""


async def asked(case: Case, what: str, nik: str) -> Json:
    answer = await case.ask("POST", f"/v1/citizens/{what}", {"nik": nik}, headers=WHY)
    assert answer.status == 200, answer
    return answer.body


async def test_a_citizen_is_told_which_institutions_heard_of_them_and_who_asked(shared: Case) -> None:
    agency, gateway = await shared.agency(), await shared.gateway()
    await shared.feed(agency)
    await shared.judge(shared.verdict(gateway))
    await shared.settled(agency, (0, 1, 0))
    first = await asked(shared, "looks", PERSON["nik"])
    second = await asked(shared, "looks", PERSON["nik"])
    other = await asked(shared, "looks", NOBODY)
    stored = str(await shared.pool.fetch("SELECT audit_details::text FROM audit_details"))
    [told] = [each for each in first["told"] if each["institution"] == agency]
    assert (told["purpose"], told["outcome"], told["agreement"], told["attributes"]) == (
        "record",
        "verified",
        "PKS-1",
        [],
    )
    assert len(second["office"]) == len(first["office"]) + 1
    last = second["office"][-1]
    assert (last["event"], last["actor"], last["reason"]) == (
        "citizen.answered",
        "token:bootstrap",
        "permintaan warga",
    )
    assert other["told"] == []
    assert PERSON["nik"] not in stored


async def every_table(case: Case) -> list[str]:
    rows = await case.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return [row["tablename"] for row in rows]


async def written(case: Case, table: str) -> str:
    return str(await case.pool.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table} AS t"))  # noqa: S608  our own


@pytest.mark.parametrize("what", ["looks", "export", "erase"])
async def test_nobody_is_shown_a_persons_data_without_saying_why(shared: Case, what: str) -> None:
    answer = await shared.ask("POST", f"/v1/citizens/{what}", {"nik": NOBODY})
    assert answer.status == 422


async def test_who_is_erased_is_in_no_table_while_cards_counts_and_the_log_still_hold(shared: Case) -> None:
    nik, neighbour = await resident(shared), await resident(shared)
    cards = {each: await issued(shared) for each in (nik, neighbour)}
    gateway = await shared.gateway()
    for each, card in cards.items():
        await shared.done("PUT", f"{card}/holder", {"nik": each})
        await shared.done("POST", f"{card}/activate", SEEN_TO)
        await shared.judge(shared.verdict(gateway, card_ref=card[-64:]))
        await shared.pool.execute(ALARM, str(uuid4()), card[-64:])

    async def tapped() -> bool:
        refs = [bytes.fromhex(card[-64:]) for card in cards.values()]
        return bool(await shared.pool.fetchval(TAPS, refs) == len(refs))

    await until(tapped, what="the taps")
    await asked(shared, "looks", nik)
    held = (await asked(shared, "export", nik))["held"]
    theirs = (await asked(shared, "export", neighbour))["held"]
    reports = [await shared.done("GET", f"/v1/reports/{name}") for name in ("enrolment", "chip-health")]

    erased = await asked(shared, "erase", nik)

    after = await asked(shared, "export", nik)
    assert (await asked(shared, "export", neighbour))["held"] == theirs
    assert reports == [
        await shared.done("GET", f"/v1/reports/{name}") for name in ("enrolment", "chip-health")
    ]
    assert (await shared.done("GET", cards[nik]))["status"] == "active"
    verified = await shared.done("GET", "/v1/audit/verification")
    found = [table for table in await every_table(shared) if nik in await written(shared, table)]
    assert {kind: len(rows) for kind, rows in held.items()} == {
        "taps of their cards": 1,
        "alarms about their cards": 1,
        "what became of their cards": 2,
        "cards": 1,
        "resident": 1,
    }
    assert held["resident"][0]["nik"] == nik
    assert erased["rows"] == {kind: len(rows) for kind, rows in held.items()}
    assert erased["audit_entries"] > 0
    assert not any(after["held"].values())
    assert [each["event"] for each in after["looks"]["office"]] == ["citizen.erased"]
    assert found == []
    assert verified["findings"] == []
    assert verified["erased"] >= erased["audit_entries"]


async def test_what_is_past_its_time_is_removed_and_the_rest_stays(shared: Case) -> None:
    name = f"agency-{uuid4().hex[:8]}"
    await shared.done("PUT", f"/v1/institutions/{name}", {"name": "x", "kind": "x"})
    for age, person in (("2 days", "old"), ("1 hour", "new")):
        await shared.pool.execute(
            "INSERT INTO failed_sign_ins VALUES ($1, 1, NULL, now() - $2::text::interval)",
            f"{person}-{name}",
            age,
        )
        await shared.pool.execute(
            "INSERT INTO verdicts (event_id, digest, seen) VALUES ($1, '', now() - $2::text::interval)",
            uuid4(),
            age.replace("2 days", "401 days"),
        )
    kinds = {each["kind"]: each for each in await shared.done("GET", "/v1/retention")}
    assert (kinds["failed sign-ins"]["due"], kinds["verdicts that had their effect"]["due"]) == (1, 1)
    removed = await shared.done("POST", "/v1/retention")
    assert (removed["failed sign-ins"], removed["verdicts that had their effect"]) == (1, 1)
    assert removed["audit details"] == 0
    kinds = {each["kind"]: each for each in await shared.done("GET", "/v1/retention")}
    assert {each["due"] for each in kinds.values()} == {0}
    left = await shared.pool.fetch("SELECT person FROM failed_sign_ins WHERE person LIKE $1", f"%{name}")
    assert [row["person"] for row in left] == [f"new-{name}"]


async def test_who_is_erased_is_in_no_answer_that_is_kept_for_repeats(shared: Case) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    name = f"agency-{uuid4().hex[:8]}"
    path, body = f"/v1/institutions/{name}", {"name": NOBODY, "kind": "agency"}
    assert (await shared.ask("PUT", path, body, headers=key)).status == 200
    assert NOBODY.encode() in await shared.pool.fetchval(
        "SELECT body FROM kept_answers WHERE key = $1", key["Idempotency-Key"]
    )
    await asked(shared, "erase", NOBODY)
    rows = await shared.pool.fetch(
        "SELECT digest, status, body FROM kept_answers WHERE key = $1", key["Idempotency-Key"]
    )
    again = await shared.ask("PUT", path, body, headers=key)
    assert [tuple(row) for row in rows] == [(None, None, None)]
    assert again.status == 409
