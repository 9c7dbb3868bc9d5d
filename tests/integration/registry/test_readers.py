"""The lives of readers on the real broker and database: what gateways say and people enter, and taps."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
from aio_pika.abc import AbstractQueue

from chassis.messaging.broker import EVENTS
from ketuk_events.readers import ReaderSilent
from tests.integration.registry.case import Case, Json, all_of, next_of, until
from tests.integration.registry.speaking import BEAT_SECONDS, GATEWAY, JEBRES, beat, beating, say, speaking

MANAHAN = "33.72.05.1011"


def named() -> str:
    return f"loket-{uuid4().hex[:8]}"


async def lives(case: Case, number: str) -> list[str]:
    answer = await case.ask("GET", f"/v1/inventory/{number}")
    return [each["state"] for each in answer.body] if answer.status == 200 else []


async def has_lived(case: Case, number: str, *states: str) -> None:
    async def has() -> bool:
        return await lives(case, number) == list(states)

    try:
        await until(has, what=f"{number} was {states}")
    except AssertionError:
        raise AssertionError(await lives(case, number)) from None


async def line(case: Case, number: str, day: str = "") -> Json:
    report = await case.done("GET", f"/v1/reports/readers{day}")
    return next((each for each in report["readers"] if each["number"] == number), None)


async def announced(case: Case) -> AbstractQueue:
    queue = await case.services.declare_queue(exclusive=True)
    await queue.bind(EVENTS, "reader.silent.v1.#")
    return queue


async def lot(case: Case, count: int = 1) -> str:
    name = f"lot-{uuid4().hex[:8]}"
    await case.done("PUT", f"/v1/lots/{name}", {"funds": "apbd", "year": 2014, "count": count})
    return name


def order(lot_name: str, **changed: object) -> dict[str, object]:
    return {"lot": lot_name, "institution": GATEWAY, "place": JEBRES, "day": "2014-03-01", **changed}


async def test_a_reader_that_nobody_ordered_has_a_life_as_soon_as_its_gateway_tells_of_it(
    shared: Case,
) -> None:
    name = named()
    async with speaking(shared) as channel:
        await say(shared, channel, beat(name))
        await has_lived(shared, f"{GATEWAY}.{name}", "working")
        await shared.done("POST", f"/v1/gateways/{GATEWAY}/suspend")
        await say(shared, channel, beat(name))
        await has_lived(shared, f"{GATEWAY}.{name}", "working", "installed")
        found = await line(shared, f"{GATEWAY}.{name}")
    assert (found["place"], found["place_name"], found["kecamatan_name"]) == (JEBRES, "Jebres", "Jebres")
    assert (found["institution"], found["lot"], found["state"]) == (GATEWAY, None, "installed")


async def test_a_reader_goes_from_its_lot_through_its_life_and_its_place_is_remembered(shared: Case) -> None:
    name, number = named(), f"apbd-2014-{uuid4().hex[:8]}"
    async with speaking(shared) as channel:
        await say(shared, channel, beat(name))
        await has_lived(shared, f"{GATEWAY}.{name}", "working")
        bought = await lot(shared)
        await shared.done("PUT", f"/v1/inventory/{number}", order(bought, place=MANAHAN))
        await shared.done("POST", f"/v1/inventory/{number}/delivered", {"day": "2014-04-01"})
        installed = {"day": "2014-05-01", "connected": f"{GATEWAY}/{name}", "place": JEBRES}
        await shared.done("POST", f"/v1/inventory/{number}/installed", installed)
        await say(shared, channel, beat(name))
        await has_lived(shared, number, "ordered", "delivered", "installed", "working")
        # the entry that the gateway had made ends, for it was of the same reader
        await has_lived(shared, f"{GATEWAY}.{name}", "working", "retired")
        broken = await shared.done("POST", f"/v1/inventory/{number}/broken", {"because": "hit by a stamp"})
        await say(shared, channel, beat(name))
        past = await shared.done("GET", f"/v1/inventory/{number}")
        lots = await shared.done("GET", "/v1/lots")
        was = {
            day: await line(shared, number, f"?as-of={day}")
            for day in ("2014-02-28", "2014-03-01", "2014-04-30", "2014-05-01")
        }
    assert (broken["state"], past[-1]["because"]) == ("broken", "hit by a stamp")
    assert [(each["state"], each["place_name"]) for each in past] == [
        ("ordered", "Manahan"),
        ("delivered", "Manahan"),
        ("installed", "Jebres"),
        ("working", "Jebres"),
        ("broken", "Jebres"),
    ]
    assert {day: each and each["state"] for day, each in was.items()} == {
        "2014-02-28": None,
        "2014-03-01": "ordered",
        "2014-04-30": "delivered",
        "2014-05-01": "installed",
    }
    counted = next(each for each in lots if each["lot"] == bought)
    assert (counted["ordered"], counted["delivered"], counted["standing"]) == (1, 1, 0)


async def test_a_reader_that_was_retired_stays_so_however_much_its_gateway_tells_of_it(shared: Case) -> None:
    name, sentinel = named(), named()
    async with speaking(shared) as channel:
        await say(shared, channel, beat(name))
        await has_lived(shared, f"{GATEWAY}.{name}", "working")
        await shared.done("POST", f"/v1/inventory/{GATEWAY}.{name}/retired", {"because": "too old"})
        await say(shared, channel, beat(name, sentinel))
        await has_lived(shared, f"{GATEWAY}.{sentinel}", "working")
        assert await lives(shared, f"{GATEWAY}.{name}") == ["working", "retired"]


async def test_what_a_life_or_a_lot_does_not_allow_is_refused(shared: Case) -> None:
    name = f"apbd-{uuid4().hex[:8]}"
    async with speaking(shared):
        bought = await lot(shared)
        path = f"/v1/inventory/{name}"
        for asked, status in [
            (("PUT", path, order("no-lot")), 422),
            (("PUT", path, order(bought, place="99.99")), 422),
            (("PUT", path, order(bought, institution="nobody")), 422),
            (("PUT", path, order(bought, day="2999-01-01")), 422),
            (("PUT", path, order(bought)), 200),
            (("PUT", path, order(bought)), 409),
            (("PUT", f"{path}-2", order(bought)), 409),
            (("POST", f"{path}/installed", {}), 409),
            (("POST", f"{path}/delivered", {"day": "2014-02-28"}), 409),
            (("POST", f"{path}/working", {}), 404),
            (("POST", f"{path}-3/delivered", {}), 404),
            (("POST", f"{path}/delivered", {"place": "99.99"}), 422),
            (("PUT", f"/v1/lots/{bought}", {"funds": "apbd", "year": 2014, "count": 0}), 422),
            (("PUT", f"/v1/lots/{bought}", {"funds": "lottery", "year": 2014, "count": 1}), 422),
        ]:
            assert (await shared.ask(*asked)).status == status, asked
        # what was refused left no trace
        assert await lives(shared, name) == ["ordered"]


async def test_two_readers_cannot_be_connected_under_one_name(shared: Case) -> None:
    name, numbers = named(), [f"apbd-{uuid4().hex[:8]}" for _ in range(2)]
    async with speaking(shared):
        bought = await lot(shared, 2)
        for number in numbers:
            await shared.done("PUT", f"/v1/inventory/{number}", order(bought))
            await shared.done("POST", f"/v1/inventory/{number}/delivered", {})
        connected = {"connected": f"{GATEWAY}/{name}"}
        await shared.done("POST", f"/v1/inventory/{numbers[0]}/installed", connected)
        second = await shared.ask("POST", f"/v1/inventory/{numbers[1]}/installed", connected)
        assert second.status == 409
        await shared.done("POST", f"/v1/inventory/{numbers[0]}/retired", {})
        await shared.done("POST", f"/v1/inventory/{numbers[1]}/installed", connected)


async def test_silence_is_announced_once_whichever_of_three_processes_sees_it(
    case: Case, unused_tcp_port_factory: Callable[[], int]
) -> None:
    name = named()
    async with AsyncExitStack() as processes:
        await processes.enter_async_context(case.running(beat_seconds=BEAT_SECONDS))
        for _ in range(2):
            port = unused_tcp_port_factory()
            await processes.enter_async_context(case.running(beat_seconds=BEAT_SECONDS, http_port=port))
        channel = await processes.enter_async_context(speaking(case))
        heard = await announced(case)
        async with beating(case, channel, name):
            await has_lived(case, f"{GATEWAY}.{name}", "working")
            # all three have listened for long enough to tell silence
            await asyncio.sleep(2 * BEAT_SECONDS)
            await all_of(heard)
            assert await lives(case, f"{GATEWAY}.{name}") == ["working"]
        said = [await next_of(heard)]
        while msgspec.json.decode(said[-1].body)["reader"] != name:
            said.append(await next_of(heard))
        silent = msgspec.json.decode(said[-1].body, type=ReaderSilent)
        noticed = datetime.now(UTC) - datetime.fromisoformat(silent.heard)
        await has_lived(case, f"{GATEWAY}.{name}", "working", "silent")
        # the others look again, several times
        await asyncio.sleep(BEAT_SECONDS)
        more = [msgspec.json.decode(each.body)["reader"] for each in await all_of(heard)]
        await say(case, channel, beat(name))
        await has_lived(case, f"{GATEWAY}.{name}", "working", "silent", "working")
    assert name not in more
    assert (silent.gateway, silent.place, silent.institution) == (GATEWAY, JEBRES, GATEWAY)
    assert noticed >= timedelta(seconds=BEAT_SECONDS * 11 / 6)
    # that it looks often enough for two beats is a unit test; a busy machine takes longer
    assert noticed < timedelta(seconds=60)


async def test_a_registry_that_starts_calls_nobody_silent_before_it_has_listened(case: Case) -> None:
    name = named()
    async with case.running(), speaking(case) as channel:
        await say(case, channel, beat(name))
        await has_lived(case, f"{GATEWAY}.{name}", "working")
    await case.pool.execute("UPDATE beats SET seen = seen - interval '1 hour' WHERE gateway = $1", GATEWAY)
    await case.pool.execute("UPDATE readers SET seen = seen - interval '1 hour' WHERE gateway = $1", GATEWAY)
    async with case.running(beat_seconds=30):
        await asyncio.sleep(1)
        assert await lives(case, f"{GATEWAY}.{name}") == ["working"]
    async with case.running(beat_seconds=BEAT_SECONDS):
        await has_lived(case, f"{GATEWAY}.{name}", "working", "silent")


async def test_a_reader_that_was_unplugged_is_silent_at_once(shared: Case) -> None:
    name, stays = named(), named()
    async with speaking(shared) as channel:
        await say(shared, channel, beat(name, stays))
        await has_lived(shared, f"{GATEWAY}.{name}", "working")
        heard = await announced(shared)
        await say(shared, channel, beat(stays))
        await has_lived(shared, f"{GATEWAY}.{name}", "working", "silent")
        assert msgspec.json.decode((await next_of(heard)).body)["reader"] == name
        assert await lives(shared, f"{GATEWAY}.{stays}") == ["working"]


async def test_taps_are_counted_by_reader_and_day_once_each(shared: Case) -> None:
    gateway = await shared.gateway()
    # 17:00 in UTC is midnight in western Indonesia
    moments = ["2031-03-01T16:59:59.000Z", "2031-03-01T17:00:00.000Z", "2031-03-01T17:00:01.000Z"]
    taps = [shared.verdict(gateway, person=None, judged=each) for each in moments]
    suspended = shared.verdict("nobody", person=None, judged=moments[0])
    await shared.judge(*taps, suspended, *taps)
    sentinel = shared.verdict(gateway, person=None, judged="2031-03-05T03:00:00.000Z")
    await shared.judge(sentinel)

    async def counted() -> bool:
        return bool(
            await shared.pool.fetchval(
                "SELECT true FROM reader_taps WHERE gateway = $1 AND day = '2031-03-05'", gateway
            )
        )

    await until(counted, what="the last tap is counted")
    rows = await shared.pool.fetch(
        "SELECT day::text, taps FROM reader_taps WHERE gateway = $1 ORDER BY day", gateway
    )
    assert [tuple(row) for row in rows] == [("2031-03-01", 1), ("2031-03-02", 2), ("2031-03-05", 1)]
    assert not await shared.pool.fetchval("SELECT count(*) FROM reader_taps WHERE gateway = 'nobody'")


async def test_a_reader_that_fails_cards_is_pointed_out_in_the_list_of_readers(case: Case) -> None:
    name = named()
    async with case.running(), speaking(case) as channel:
        await say(case, channel, beat(name))
        await has_lived(case, f"{GATEWAY}.{name}", "working")
    other, now = f"polisi-{uuid4().hex[:8]}", datetime.now(UTC)
    rows = []
    for number in range(10):
        ref, at = uuid4().bytes * 2, now - timedelta(hours=number + 1)
        rows.append((GATEWAY, uuid4(), name, at, "damaged", ["6FF2"], ref))
        rows.append((other, uuid4(), "loket-1", at + timedelta(minutes=5), "alive", [], ref))
        rows.append((f"{other}-2", uuid4(), "loket-1", at + timedelta(minutes=9), "alive", [], ref))
    await case.pool.executemany(
        """
        INSERT INTO chip_findings (gateway, tap, reader, place, began, judged, chip_check, finding, damaged,
            card_ref, cause)
        VALUES ($1, $2, $3, '33.72.04.1010', $4, $4, false, $5, $6, $7, null)
        """,
        rows,
    )
    await case.pool.execute("UPDATE reader_findings_made SET made = '-infinity'")
    async with case.running():

        async def pointed_out() -> bool:
            found = await line(case, f"{GATEWAY}.{name}")
            return found is not None and found["finding"] == "fails-good-cards"

        await until(pointed_out, what="the reader is pointed out")
        found = await line(case, f"{GATEWAY}.{name}")
    assert (found["good_cards_tried"], found["good_cards_failed"]) == (10, 10)
