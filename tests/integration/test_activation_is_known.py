"""An activation at the registry's API, and what verification makes of the card from then on."""

import asyncio

from tests.integration.registry import conftest as registry
from tests.integration.registry.case import Case
from tests.integration.verification import conftest as verification
from tests.integration.verification.bench import NAME, Bench, fresh, running
from tests.support.bounds import BOUND_SECONDS

bench, case = verification.bench, registry.case
template, database_url, settings = registry.template, registry.database_url, registry.settings
kept = registry.kept
SEEN_TO = {"place": "33.72.04", "officer": "petugas-1"}


async def test_a_card_that_is_activated_is_verified(bench: Bench, case: Case) -> None:
    found = fresh()
    described = {**case.described("kelurahan-jebres"), "public_key": bench.approved().public_key}
    async with case.running():
        await case.done("PUT", "/v1/institutions/kelurahan-jebres", {"name": "Jebres", "kind": "kelurahan"})
        await case.done("PUT", "/v1/gateways/kelurahan-jebres", described)
        await case.done("POST", "/v1/gateways/kelurahan-jebres/approve")
        uid = (found.uid or b"").hex()
        [card] = await case.done("POST", "/v1/cards", [{"uid": uid, "status": "not-activated"}])
        async with running(bench.found):
            await bench.say(NAME, bench.reading(found))
            _, before = await bench.verdict()
            await case.done("POST", f"/v1/cards/{card['card_ref']}/activate", SEEN_TO)
            outcome = ""
            async with asyncio.timeout(BOUND_SECONDS):
                while outcome != "verified":
                    await bench.say(NAME, bench.reading(fresh()))
                    _, judged = await bench.verdict()
                    outcome = judged.outcome
    assert before.reason is not None
    assert (before.outcome, before.reason.code) == ("refused", "not-activated")
