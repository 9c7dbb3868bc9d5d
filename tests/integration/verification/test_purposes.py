"""Rules change without a release: both services as processes, the registry's API, readings on the bus."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from msgspec import structs

from chassis.storage.postgres import database
from dev.demo.city import enter_city
from dev.demo.services import Services
from dev.demo.site import Site
from ketuk_events import catalogue
from ketuk_events.taps import TapJudged
from tests.integration.chassis.conftest import until
from tests.integration.verification.bench import NAME, Bench, approved, fresh, informed, wire
from tests.support.bounds import BOUND_SECONDS
from verification.rules.default_purposes import DEFAULT

BOTH = ("verification", "registry")


@pytest.fixture
async def office(bench: Bench) -> AsyncIterator[aiohttp.ClientSession]:
    """The registry's API, while both services run and know the gateway and one active card."""
    services, secrets = Services(stack=bench.stack), bench.stack.secrets
    token = {"Authorization": f"Bearer {secrets.read('registry/ketuk_api_token')}"}
    url = services.url("registry")
    try:
        await asyncio.to_thread(services.start, *BOTH)
        await asyncio.to_thread(services.until_all_ready, *BOTH)
        await enter_city(Site(registry=url, feeds={}, vpcd_ports=(), secrets=secrets), cards=())
        async with aiohttp.ClientSession(url, headers=token, raise_for_status=True) as session:
            card = {"uid": (fresh().uid or b"").hex(), "status": "active"}
            async with session.post("/v1/cards", json=[card]):
                pass
            await known(bench)
            yield session
    finally:
        for name in BOTH:
            await asyncio.to_thread(bench.stack.children.stop, name)


async def test_a_purpose_that_is_changed_changes_the_next_verdict_and_no_decision_that_stands(
    bench: Bench, office: aiohttp.ClientSession
) -> None:
    first = bench.reading(fresh())
    await bench.say(NAME, first)
    said, before = await bench.verdict()
    assert (before.outcome, before.assurance) == ("verified", "genuine")
    async with office.get("/v1/purposes") as answer:
        rules = (await answer.json())["purposes"]
    stricter = [
        {**each, "needs": [*each["needs"], "holder.matches"]} if each["purpose"] == "record" else each
        for each in rules
    ]
    version = await put(office, stricter)
    try:
        after = await judged_under(bench, version, before=before.purpose_version)
        assert after.reason is not None
        assert (after.outcome, after.reason.check) == ("inconclusive", "holder.matches")
        assert before.purpose_version < version
        await bench.say(NAME, first)
        again, _ = await bench.verdict()
        assert (again.message_id, again.body) == (said.message_id, said.body)
    finally:
        back = await put(office, rules)
    assert (await judged_under(bench, back, before=version)).outcome == "verified"


async def test_the_rules_built_in_are_used_only_until_any_were_published(bench: Bench) -> None:
    async def say(version: int) -> None:
        rules = structs.replace(DEFAULT, version=version)
        await bench.say(
            "registry", wire(catalogue.PURPOSES_CHANGED, rules, source="registry", owner="registry")
        )

    async with informed(bench):
        await approved(bench)
        assert DEFAULT.version == 0
        await judged_under(bench, 0, before=0)
        await say(7)
        await judged_under(bench, 7, before=0)
        await say(3)  # an older version, come late
        await say(8)
        await judged_under(bench, 8, before=7)


async def judged_under(bench: Bench, version: int, *, before: int) -> TapJudged:
    """The first verdict that names this version of the rules; all until then name the one before."""
    async with asyncio.timeout(BOUND_SECONDS):
        while True:
            await bench.say(NAME, bench.reading(fresh()))
            _, judged = await bench.verdict()
            if judged.purpose_version == version:
                return judged
            assert judged.purpose_version == before


async def put(office: aiohttp.ClientSession, rules: list[dict[str, Any]]) -> int:
    """Publish purposes; their version."""
    async with office.put("/v1/purposes", json=rules) as answer:
        return int((await answer.json())["version"])


async def known(bench: Bench) -> None:
    """Until the projection has the card of `fresh()`."""
    ref = bench.status(fresh(), "active", version=1).card_ref
    async with database(bench.found["DATABASE_VERIFICATION_URL"], name="test") as pool:

        async def is_active() -> bool:
            return bool(
                await pool.fetchval(
                    "SELECT status = 'active' FROM cards WHERE card_ref = decode($1, 'hex')", ref
                )
            )

        await until(is_active, what="the card in the projection")
