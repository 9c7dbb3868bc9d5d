"""A projection that is not whole judges nothing, and rebuilds itself."""

import asyncio

import pytest

from chassis.messaging.broker import DEAD_LETTERS
from chassis.storage.postgres import database
from ketuk_events import catalogue
from ketuk_events.evidence import Evidence
from ketuk_events.projection import SnapshotPart
from tests.integration.chassis.conftest import until
from tests.integration.verification.bench import NAME, Bench, fresh, running, wire
from tests.support.bounds import BOUND_SECONDS


def whole(bench: Bench, found: Evidence) -> tuple[SnapshotPart, SnapshotPart]:
    """All that the registry knows, in two parts: the gateway, and one card that is active."""
    return (
        SnapshotPart(part=1, parts=2, approved=(bench.approved(),)),
        SnapshotPart(part=2, parts=2, cards=(bench.status(found, "active", version=1),)),
    )


async def test_a_fresh_database_judges_nothing_before_the_last_part_has_come(bench: Bench) -> None:
    found = fresh()
    first, second = whole(bench, found)
    async with running(bench.found):
        asked = await bench.asked_for_everything()
        await bench.say(NAME, bench.reading(found))
        await bench.answer(second, asked=asked)
        await bench.until_known(cards=1)
        assert await bench.depth("verification.readings") == 1
        await bench.answer(first, second, asked=asked)
        _, judged = await bench.verdict()
    assert (judged.outcome, judged.assurance) == ("verified", "genuine")
    assert await bench.depth(DEAD_LETTERS) == 0


async def test_a_database_that_is_emptied_while_it_works_asks_again_and_waits(bench: Bench) -> None:
    async def verified() -> bool:
        found = fresh()
        await bench.say(NAME, bench.reading(found))
        await bench.answer(*whole(bench, found), asked=await bench.asked_for_everything())
        _, judged = await bench.verdict()
        return judged.outcome == "verified"

    async with running(bench.found):
        assert await verified()
        await bench.forget()
        assert await verified()
    assert await bench.depth(DEAD_LETTERS) == 0


async def test_a_projection_that_becomes_whole_while_a_batch_is_judged_condemns_nothing(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    found = fresh()
    async with (
        running(bench.found),
        database(bench.found["DATABASE_VERIFICATION_URL"], name="test") as pool,
        pool.acquire() as holding,
    ):

        async def waits() -> bool:
            stuck = await pool.fetchval("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
            return bool(stuck or "holds" in capsys.readouterr().out)

        await bench.answer(*whole(bench, found), asked=await bench.asked_for_everything())
        await bench.say(NAME, bench.reading(fresh()))
        await bench.verdict()
        await bench.forget()
        asked = await bench.asked_for_everything()
        async with holding.transaction():
            await holding.execute("LOCK TABLE decisions IN ACCESS EXCLUSIVE MODE")
            await bench.say(NAME, bench.reading(found))
            # it has asked for gateways and waits for the decisions that stand; or it holds the message
            await until(waits, what="a batch that does not go on")
            await bench.answer(*whole(bench, found), asked=asked)
            await bench.until_known(cards=1)

            async def counted() -> bool:
                return await bench.parts_counted() == len(whole(bench, found))

            await until(counted, what="a projection that is whole")
        _, judged = await bench.verdict()
    assert judged.outcome == "verified"
    assert await bench.depth(DEAD_LETTERS) == 0


async def test_an_answer_to_an_earlier_database_makes_nothing_whole(bench: Bench) -> None:
    found = fresh()
    async with running(bench.found):
        stale = await bench.asked_for_everything()
        await bench.forget()
        asked = await bench.asked_for_everything()
        await bench.answer(*whole(bench, found), asked=stale)
        await bench.until_known(cards=1)
        assert await bench.parts_counted() == 0
        await bench.say(NAME, bench.reading(found))
        await bench.answer(*whole(bench, found), asked=asked)
        _, judged = await bench.verdict()
    assert judged.outcome == "verified"


async def test_a_card_that_is_blocked_is_refused(bench: Bench) -> None:
    found = fresh()
    async with running(bench.found):
        await bench.answer(*whole(bench, found), asked=await bench.asked_for_everything())
        await bench.say(NAME, bench.reading(found))
        _, before = await bench.verdict()
        blocked = bench.status(found, "blocked", version=2)
        await bench.say(
            "registry", wire(catalogue.CARD_STATUS_CHANGED, blocked, source="registry", owner="registry")
        )
        outcome = ""
        async with asyncio.timeout(BOUND_SECONDS):
            while outcome != "refused":
                await bench.say(NAME, bench.reading(fresh()))
                _, judged = await bench.verdict()
                outcome = judged.outcome
    assert before.outcome == "verified"
    assert judged.reason is not None
    assert judged.reason.code == "blocked"
