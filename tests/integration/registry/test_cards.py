"""One card: who activated it where, what it may become, whose it is."""

import asyncio
import json
import os
from uuid import uuid4

import msgspec

from chassis.broker import EVENTS
from dev.stack.strict_python import STRICT_PYTHON
from ketuk_events.projection import CardStatusChanged
from tests.integration.registry.case import Answer, Case, Json, next_of
from verification.card_ref import holder_ref

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


async def test_an_activation_is_recorded_with_place_and_officer_and_told(case: Case) -> None:
    heard = await case.services.declare_queue(exclusive=True)
    async with case.running():
        await heard.bind(EVENTS, "card.status_changed.v1.3372.registry")
        card = await issued(case)
        active = await case.done("POST", f"{card}/activate", SEEN_TO)
        assert await case.done("POST", f"{card}/activate", SEEN_TO) == active
        told = [msgspec.json.decode((await next_of(heard)).body, type=CardStatusChanged) for _ in range(2)]
        history: Json = await case.done("GET", f"{card}/history")
    assert {(each.card_ref, each.status, each.version) for each in told} == {
        (card[-64:], "not-activated", 1),
        (active["card_ref"], "active", 2),
    }
    assert [(line["status"], line["version"], line["place"], line["officer"]) for line in history] == [
        ("not-activated", 1, None, None),
        ("active", 2, "33.72.04", "petugas-1"),
    ]


async def test_an_operator_activates_a_card_from_the_command_line(case: Case) -> None:
    async def ketuk(*arguments: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            *STRICT_PYTHON, "-m", "operations", "cards", *arguments,
            env={
                "KETUK_REGISTRY_URL": f"http://127.0.0.1:{case.settings.http_port}",
                "KETUK_API_TOKEN": case.settings.api_token.get_secret_value(),
                "PATH": os.environ["PATH"],
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        return process.returncode, (out + err).decode()

    async with case.running():
        ref = (await issued(case))[-64:]
        told = ("--place", "33.72.04", "--officer", "petugas-1", "--version", "1")
        assert await ketuk("activate", ref, *told) == (0, "active, version 2\n")
        code, refused = await ketuk("activate", ref, *told)
        assert (code, "changed meanwhile" in refused) == (1, True)
        code, shown = await ketuk("history", ref)
    assert (code, json.loads(shown)[1]["officer"]) == (0, "petugas-1")


async def test_of_two_edits_at_once_one_wins_and_the_other_is_told(case: Case) -> None:
    async with case.running():
        card = await issued(case, "active")
        answers = await asyncio.gather(*(become(case, card, to, 1) for to in ("lost", "blocked")))
        assert sorted(each.status for each in answers) == [200, 409]
        [winner] = [each.body["status"] for each in answers if each.status == 200]
        assert (await case.done("GET", card)) == {"card_ref": card[-64:], "status": winner, "version": 2}


async def test_what_a_card_cannot_become_is_refused_and_leaves_no_trace(case: Case) -> None:
    async with case.running():
        card = await issued(case, "damaged")
        assert (await become(case, card, "active", 1)).status == 409
        assert (await case.ask("POST", f"{card}/activate", SEEN_TO)).status == 409
        blocked = await issued(case, "blocked")
        assert (await case.ask("POST", f"{blocked}/activate", SEEN_TO)).status == 409
        nowhere = {**SEEN_TO, "place": "33.72.77"}
        assert (await case.ask("POST", f"{await issued(case)}/activate", nowhere)).status == 422
        assert (await case.ask("POST", f"/v1/cards/{'0' * 64}/activate", SEEN_TO)).status == 404
        assert len(await case.done("GET", f"{card}/history")) == 1


async def test_a_person_has_one_active_card_and_the_day_of_its_activation(case: Case) -> None:
    async with case.running():
        nik = await resident(case)
        old, new = await issued(case), await issued(case)
        for card in (old, new):
            await case.done("PUT", f"{card}/holder", {"nik": nik})
        await case.done("POST", f"{old}/activate", SEEN_TO)
        assert (await case.ask("POST", f"{new}/activate", SEEN_TO)).status == 409
        # issued, given, activated
        assert (await become(case, old, "replaced", 3)).status == 200
        await case.done("POST", f"{new}/activate", SEEN_TO)
        activated = await case.pool.fetchval(
            "SELECT activated = (now() AT TIME ZONE 'Asia/Jakarta')::date FROM residents WHERE nik = $1", nik
        )
        other = await resident(case)
        assert (await case.ask("PUT", f"{new}/holder", {"nik": other})).status == 409
        unknown = {"nik": "3372994101900000"}
        assert (await case.ask("PUT", f"{new}/holder", unknown)).status == 404
    assert activated


async def test_whose_a_card_is_is_told_as_a_keyed_hash_with_every_change_until_they_are_erased(
    case: Case,
) -> None:
    heard = await case.services.declare_queue(exclusive=True)
    key = bytes.fromhex(case.settings.card_ref_key.get_secret_value())

    async def told() -> tuple[str, int, str | None]:
        body = (await next_of(heard)).body
        assert nik.encode() not in body
        said = msgspec.json.decode(body, type=CardStatusChanged)
        assert said.card_ref == card[-64:]
        return said.status, said.version, said.holder

    async with case.running():
        nik = await resident(case)
        await heard.bind(EVENTS, "card.status_changed.v1.3372.registry")
        card = await issued(case)
        assert await told() == ("not-activated", 1, None)
        given = await case.done("PUT", f"{card}/holder", {"nik": nik})
        assert given == {"card_ref": card[-64:], "status": "not-activated", "version": 2}
        # as verification computes it
        assert await told() == ("not-activated", 2, holder_ref(nik, key=key))
        assert await case.done("PUT", f"{card}/holder", {"nik": nik}) == given
        await case.done("POST", f"{card}/activate", SEEN_TO)
        assert await told() == ("active", 3, holder_ref(nik, key=key))
        why = {"Ketuk-Reason": "asked for"}
        erased = await case.ask("POST", "/v1/citizens/erase", {"nik": nik}, headers=why)
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


async def test_who_is_erased_leaves_card_and_counts(case: Case) -> None:
    async with case.running():
        nik, card = await resident(case), await issued(case)
        await case.done("PUT", f"{card}/holder", {"nik": nik})
        before = await case.done("GET", "/v1/reports/enrolment")
        await case.pool.execute("DELETE FROM residents WHERE nik = $1", nik)
        assert await case.done("GET", "/v1/reports/enrolment") == before
        assert (await case.done("GET", card))["status"] == "not-activated"
