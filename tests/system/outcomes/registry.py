"""What the civil-registry office does in these tests, and when verification has heard of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import asyncpg

from dev.demo.city import issuers_key
from simulator.issuer import Issuer
from simulator.kinds import SimulatedCard
from tests.system.outcomes.house import GATEWAY, House
from verification.rules.card_ref import card_ref, holder_ref

HEARD_SECONDS = 60.0
Rule = dict[str, Any]


async def approved(house: House, *, approved: bool) -> None:
    """The gateway is approved, or suspended."""
    path = f"/v1/gateways/{GATEWAY}/{'approve' if approved else 'suspend'}"
    async with _office(house) as session, session.post(path):
        pass
    await _heard(house, "SELECT approved FROM gateways WHERE gateway = $1", GATEWAY, expected=approved)


async def late_after(house: House, *, seconds: int) -> None:
    """New rules: readings for the purpose `record` may be so old."""
    await ruled(
        house,
        [
            {**each, "max_age_seconds": seconds} if each["purpose"] == "record" else each
            for each in await rules(house)
        ],
    )


async def rules(house: House) -> list[Rule]:
    """The rules now."""
    async with _office(house) as session, session.get("/v1/purposes") as answer:
        found: list[Rule] = (await answer.json())["purposes"]
        return found


async def ruled(house: House, given: Sequence[Rule]) -> None:
    """These are the rules now."""
    async with _office(house) as session, session.put("/v1/purposes", json=given) as answer:
        version = (await answer.json())["version"]
    await _heard(house, "SELECT max(version) FROM purposes", expected=version)


@asynccontextmanager
async def unheard_of(house: House, purpose: str) -> AsyncIterator[None]:
    """Verification has not heard of a purpose yet; the registry itself never takes one away."""
    newest = await _asked(
        house,
        """
        INSERT INTO purposes (version, purposes)
        SELECT version + 1, jsonb_set(purposes::jsonb, '{purposes}', (
            SELECT jsonb_agg(each) FROM jsonb_array_elements(purposes::jsonb -> 'purposes') AS each
            WHERE each ->> 'purpose' <> $1))::text
        FROM purposes ORDER BY version DESC LIMIT 1 RETURNING version
        """,
        purpose,
    )
    yield
    await _asked(house, "DELETE FROM purposes WHERE version = $1 RETURNING version", newest)


@asynccontextmanager
async def held_by_another(house: House, card: SimulatedCard) -> AsyncIterator[None]:
    """Verification has heard that a card is somebody else's."""
    key = bytes.fromhex(house.stack.secrets.read("verification/ketuk_card_ref_key"))
    others = holder_ref("3372990101900099", key=key)
    statement = "UPDATE cards SET holder = decode($2, 'hex') WHERE card_ref = decode($1, 'hex') RETURNING 1"
    ref = card_ref(card.uid, key=key)
    assert await _asked(house, statement, ref, others) == 1
    yield
    await _asked(house, statement, ref, None)


async def issuer_counts(house: House, issuer: Issuer, *, counts: bool) -> None:
    """An issuer's key counts from yesterday on, or only from tomorrow on."""
    begins = datetime.now(UTC) + timedelta(days=-1 if counts else 1)
    key = issuers_key(issuer, begins=begins)
    async with _office(house) as session, session.post("/v1/published-keys", json=key) as answer:
        told = await answer.json()
    question = "SELECT version FROM keys WHERE key_id = $1"
    await _heard(house, question, told["key_id"], expected=told["version"])


async def alarms_looked_into(house: House) -> list[tuple[str, str]]:
    """Kind and reader of each alarm that nobody has looked into, once there is one; then somebody has."""
    async with _office(house) as session:
        found: list[dict[str, str]] = []
        async with asyncio.timeout(HEARD_SECONDS):
            while not found:
                async with session.get("/v1/alarms", params={"unseen": "true"}) as answer:
                    found = await answer.json()
                await asyncio.sleep(0.05)
        for each in found:
            async with session.post(f"/v1/alarms/{each['alarm']}/seen"):
                pass
    return [(each["kind"], each["reader"]) for each in found]


def _office(house: House) -> aiohttp.ClientSession:
    token = house.stack.secrets.read("registry/ketuk_api_token")
    return aiohttp.ClientSession(
        house.services.url("registry"), headers={"Authorization": f"Bearer {token}"}, raise_for_status=True
    )


async def _heard(house: House, question: str, *about: object, expected: object) -> None:
    found = await _asked(house, question, *about)
    async with asyncio.timeout(HEARD_SECONDS):
        while found != expected:
            await asyncio.sleep(0.05)
            found = await _asked(house, question, *about)


async def _asked(house: House, question: str, *about: object) -> int:
    connection = await asyncpg.connect(house.stack.environment()["DATABASE_VERIFICATION_URL"])
    try:
        found: int = await connection.fetchval(question, *about)
        return found
    finally:
        await connection.close()
