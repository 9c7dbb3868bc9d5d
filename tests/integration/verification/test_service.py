import asyncio

from msgspec import structs

from chassis.messaging.broker import DEAD_LETTERS
from chassis.storage.postgres import database
from ketuk_events import catalogue
from ketuk_events.projection import GatewaySuspended
from tests.integration.chassis.conftest import until
from tests.integration.verification.bench import (
    GATEWAY,
    NAME,
    Bench,
    approved,
    fresh,
    informed,
    running,
    wire,
)
from tests.support.bounds import BOUND_SECONDS


async def test_a_reading_delivered_twice_is_judged_once_and_said_twice_alike(bench: Bench) -> None:
    async with informed(bench):
        await approved(bench)
        reading = bench.reading(fresh())
        await bench.say(NAME, reading)
        first, judged = await bench.verdict()
        await bench.say(NAME, reading)
        second, _ = await bench.verdict()
    assert (judged.outcome, judged.reason and judged.reason.code) == ("inconclusive", "unknown-card")
    assert (first.message_id, first.body) == (second.message_id, second.body)


async def test_other_evidence_for_a_judged_tap_neither_replaces_nor_speaks(bench: Bench) -> None:
    found = fresh()
    async with informed(bench):
        await approved(bench)
        await bench.say(NAME, bench.reading(found))
        await bench.verdict()
        await bench.say(NAME, bench.reading(structs.replace(found, answer="other")))
        await bench.say(NAME, bench.reading(other := fresh()))
        _, judged = await bench.verdict()
    assert judged.tap == other.tap
    assert await bench.depth(DEAD_LETTERS) == 0


async def test_an_unknown_gateway_goes_to_the_dead_letters_and_leaves_no_trace(bench: Bench) -> None:
    async def buried() -> bool:
        return await bench.depth(DEAD_LETTERS) == 1

    async with informed(bench):
        await bench.say(NAME, bench.reading(fresh()))
        await until(buried, what="the dead letter")
    letter = await (await bench.channel.get_queue(DEAD_LETTERS, ensure=False)).get(
        no_ack=True, timeout=BOUND_SECONDS
    )
    assert letter is not None
    assert letter.headers["ketuk-reason"] == "unknown gateway"
    async with database(bench.found["DATABASE_VERIFICATION_URL"], name="test") as pool:
        assert await pool.fetchval("SELECT count(*) FROM decisions") == 0


async def test_a_suspended_gateway_is_refused_and_an_older_word_does_not_bring_it_back(bench: Bench) -> None:
    async with informed(bench):
        await approved(bench)
        suspended = GatewaySuspended(region="3372", gateway=GATEWAY, version=9)
        await bench.say(
            "registry", wire(catalogue.GATEWAY_SUSPENDED, suspended, source="registry", owner=GATEWAY)
        )
        await bench.approve()  # an older version, come late

        async def taken() -> bool:
            return await bench.depth("verification.projection") == 0

        await until(taken, what="the projection's queue empty")
        outcome = ""
        async with asyncio.timeout(BOUND_SECONDS):
            while outcome != "refused":
                await bench.say(NAME, bench.reading(fresh()))
                _, judged = await bench.verdict()
                outcome = judged.outcome
    assert judged.reason is not None
    assert (judged.reason.check, judged.reason.code) == ("reader.trusted", "suspended")


async def test_two_replicas_and_a_killed_database_lose_nothing_and_judge_each_tap_once(bench: Bench) -> None:
    async with informed(bench), running(bench.found):
        await approved(bench)
        taps = [fresh() for _ in range(200)]
        await bench.say(NAME, *(bench.reading(found) for found in taps[:100]))
        await asyncio.to_thread(bench.stack.children.kill, "postgres")
        await bench.say(NAME, *(bench.reading(found) for found in taps[100:]))
        await asyncio.to_thread(bench.stack.restart, "postgres")
        said: dict[str, set[bytes]] = {}
        while len(said) < len(taps):
            message, judged = await bench.verdict()
            said.setdefault(judged.tap, set()).add(message.body)
    assert said.keys() == {found.tap for found in taps}
    assert {len(bodies) for bodies in said.values()} == {1}
    assert await bench.depth(DEAD_LETTERS) == 0
