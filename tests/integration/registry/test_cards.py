"""One card: who activated it where, what it may become, whose it is."""

import asyncio
import json
from uuid import uuid4

import msgspec

from chassis.messaging.broker import EVENTS
from ketuk_events.projection import CardStatusChanged
from tests.integration.registry.case import Answer, Case, Json, next_of
from verification.rules.card_ref import holder_ref

SEEN_TO = {"place": "33.72.04", "officer": "petugas-1"}


async def issued(case: Case, status: str = "not-activated") -> str:
    [card] = await case.done("POST", "/v1/cards", [{"uid": uuid4().hex[:16], "status": status}])
    return f"/v1/cards/{card['card_ref']}"


async def become(case: Case, card: str, status: str, version: int) -> Answer:
    return await case.ask("POST", f"{card}/status", {"status": status, "version": version, **SEEN_TO})


async def resident(case: Case) -> str:
    nik = f"3372990101{uuid4().int % 10**6:06}"
    row = f"{nik},SITI CONTOH,1990-01-01,P,33.72.04.1010,2011-09-01,{',2012-05-01' * 6},"
    answer = await case.ask("POST", "/v1/residents/import", raw=row.encode())
    assert answer.body["new"] == 1, answer
    return nik


async def test_an_activation_is_recorded_with_place_and_officer_and_told(shared: Case) -> None:
    heard = await shared.services.declare_queue(exclusive=True)
    await heard.bind(EVENTS, "card.status_changed.v1.3372.registry")
    card = await issued(shared)
    active = await shared.done("POST", f"{card}/activate", SEEN_TO)
    assert await shared.done("POST", f"{card}/activate", SEEN_TO) == active
    told = [msgspec.json.decode((await next_of(heard)).body, type=CardStatusChanged) for _ in range(2)]
    history: Json = await shared.done("GET", f"{card}/history")
    assert {(each.card_ref, each.status, each.version) for each in told} == {
        (card[-64:], "not-activated", 1),
        (active["card_ref"], "active", 2),
    }
    assert [(line["status"], line["version"], line["place"], line["officer"]) for line in history] == [
        ("not-activated", 1, None, None),
        ("active", 2, "33.72.04", "petugas-1"),
    ]


async def test_an_operator_activates_a_card_from_the_command_line(shared: Case) -> None:
    async def ketuk(*arguments: str) -> tuple[int, str]:
        code, printed, said = await shared.ketuk("cards", *arguments)
        return code, printed + said

    ref = (await issued(shared))[-64:]
    told = ("--place", "33.72.04", "--officer", "petugas-1", "--version", "1")
    assert await ketuk("activate", ref, *told) == (0, "active, version 2\n")
    code, refused = await ketuk("activate", ref, *told)
    assert (code, "changed meanwhile" in refused) == (1, True)
    code, shown = await ketuk("history", ref)
    assert (code, json.loads(shown)[1]["officer"]) == (0, "petugas-1")


async def test_of_two_edits_at_once_one_wins_and_the_other_is_told(shared: Case) -> None:
    card = await issued(shared, "active")
    answers = await asyncio.gather(*(become(shared, card, to, 1) for to in ("lost", "blocked")))
    assert sorted(each.status for each in answers) == [200, 409]
    [winner] = [each.body["status"] for each in answers if each.status == 200]
    assert (await shared.done("GET", card)) == {"card_ref": card[-64:], "status": winner, "version": 2}


async def test_what_a_card_cannot_become_is_refused_and_leaves_no_trace(shared: Case) -> None:
    card = await issued(shared, "damaged")
    assert (await become(shared, card, "active", 1)).status == 409
    assert (await shared.ask("POST", f"{card}/activate", SEEN_TO)).status == 409
    blocked = await issued(shared, "blocked")
    assert (await shared.ask("POST", f"{blocked}/activate", SEEN_TO)).status == 409
    nowhere = {**SEEN_TO, "place": "33.72.77"}
    assert (await shared.ask("POST", f"{await issued(shared)}/activate", nowhere)).status == 422
    assert (await shared.ask("POST", f"/v1/cards/{'0' * 64}/activate", SEEN_TO)).status == 404
    assert len(await shared.done("GET", f"{card}/history")) == 1


async def test_a_person_has_one_active_card_and_the_day_of_its_activation(shared: Case) -> None:
    nik = await resident(shared)
    old, new = await issued(shared), await issued(shared)
    for card in (old, new):
        await shared.done("PUT", f"{card}/holder", {"nik": nik})
    await shared.done("POST", f"{old}/activate", SEEN_TO)
    assert (await shared.ask("POST", f"{new}/activate", SEEN_TO)).status == 409
    # issued, given, activated
    assert (await become(shared, old, "replaced", 3)).status == 200
    await shared.done("POST", f"{new}/activate", SEEN_TO)
    activated = await shared.pool.fetchval(
        "SELECT activated = (now() AT TIME ZONE 'Asia/Jakarta')::date FROM residents WHERE nik = $1", nik
    )
    other = await resident(shared)
    assert (await shared.ask("PUT", f"{new}/holder", {"nik": other})).status == 409
    unknown = {"nik": "3372994101900000"}
    assert (await shared.ask("PUT", f"{new}/holder", unknown)).status == 404
    assert activated


async def test_whose_a_card_is_is_told_as_a_keyed_hash_with_every_change_until_they_are_erased(
    shared: Case,
) -> None:
    heard = await shared.services.declare_queue(exclusive=True)
    key = bytes.fromhex(shared.settings.card_ref_key.get_secret_value())

    async def told() -> tuple[str, int, str | None]:
        body = (await next_of(heard)).body
        assert nik.encode() not in body
        said = msgspec.json.decode(body, type=CardStatusChanged)
        assert said.card_ref == card[-64:]
        return said.status, said.version, said.holder

    nik = await resident(shared)
    await heard.bind(EVENTS, "card.status_changed.v1.3372.registry")
    card = await issued(shared)
    assert await told() == ("not-activated", 1, None)
    given = await shared.done("PUT", f"{card}/holder", {"nik": nik})
    assert given == {"card_ref": card[-64:], "status": "not-activated", "version": 2}
    # as verification computes it
    assert await told() == ("not-activated", 2, holder_ref(nik, key=key))
    assert await shared.done("PUT", f"{card}/holder", {"nik": nik}) == given
    await shared.done("POST", f"{card}/activate", SEEN_TO)
    assert await told() == ("active", 3, holder_ref(nik, key=key))
    why = {"Ketuk-Reason": "asked for"}
    erased = await shared.ask("POST", "/v1/citizens/erase", {"nik": nik}, headers=why)
    assert erased.status == 200
    assert await told() == ("active", 4, None)


async def test_holders_that_an_earlier_version_noted_are_told_once(case: Case) -> None:
    heard = await case.services.declare_queue(exclusive=True)
    key = bytes.fromhex(case.settings.card_ref_key.get_secret_value())
    async with case.running():
        await heard.bind(EVENTS, "card.status_changed.v1.3372.registry")
        nik, card = await resident(case), await issued(case)
        await next_of(heard)
    await case.pool.execute(
        "UPDATE cards SET resident = (SELECT resident FROM residents WHERE nik = $1)"
        " WHERE card_ref = decode($2, 'hex')",
        nik,
        card[-64:],
    )
    async with case.running():
        said = msgspec.json.decode((await next_of(heard)).body, type=CardStatusChanged)
    assert (said.card_ref, said.version, said.holder) == (card[-64:], 2, holder_ref(nik, key=key))
    async with case.running():
        await issued(case)
        last = msgspec.json.decode((await next_of(heard)).body, type=CardStatusChanged)
    assert last.card_ref != card[-64:]


async def test_who_is_erased_leaves_card_and_counts(shared: Case) -> None:
    nik, card = await resident(shared), await issued(shared)
    await shared.done("PUT", f"{card}/holder", {"nik": nik})
    before = await shared.done("GET", "/v1/reports/enrolment")
    await shared.pool.execute("DELETE FROM residents WHERE nik = $1", nik)
    assert await shared.done("GET", "/v1/reports/enrolment") == before
    assert (await shared.done("GET", card))["status"] == "not-activated"
