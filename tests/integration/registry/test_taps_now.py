"""Live taps on the real broker and database: counted once, by whomever, and told to as many as may listen."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import aiohttp
import msgspec

from ketuk_events.events import Wire
from registry.taps import minutes_store as tap_minutes
from registry.taps.api import MOST_LISTENERS, MOST_OF_ONE
from tests.integration.registry.case import Case, Json, until
from tests.integration.registry.speaking import GATEWAY
from tests.support.bounds import BOUND_SECONDS

STREAM = {"Accept": "text/event-stream"}
COUNTED = "SELECT coalesce(sum(taps), 0)::int FROM tap_minutes WHERE outcome = $1"


def shown(case: Case, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {case.settings.api_token.get_secret_value()}", **headers}


async def first_event(answer: aiohttp.ClientResponse) -> Json:
    event = await asyncio.wait_for(answer.content.readuntil(b"\n\n"), BOUND_SECONDS)
    return msgspec.json.decode(event.removeprefix(b"data: "))


async def test_a_verdict_that_comes_twice_is_counted_once_whichever_registry_counts(case: Case) -> None:
    outcome = f"o{uuid4().hex[:8]}"
    wires = [case.verdict(GATEWAY, outcome=outcome, person=None) for _ in range(30)]

    async def judged(*some: Wire) -> None:
        last = f"o{uuid4().hex[:8]}"
        await case.judge(*some, *some, case.verdict(GATEWAY, outcome=last, person=None))

        async def is_counted() -> bool:
            return bool(await case.pool.fetchval(COUNTED, last))

        await until(is_counted, what="the last verdict is counted")

    async with case.running():
        await judged(*wires[:20])
    async with case.running():
        await judged(*wires)
        outcomes = (await case.done("GET", "/v1/reports/taps"))["outcomes"]
    (told,) = [each["taps"] for each in outcomes if each["outcome"] == outcome]
    processes = "SELECT count(DISTINCT process) FROM tap_minutes WHERE outcome = $1"
    assert (told, await case.pool.fetchval(processes, outcome)) == (30, 2)


async def test_what_is_older_than_two_days_goes_when_taps_come(case: Case) -> None:
    old = uuid4()
    await case.pool.execute(
        "INSERT INTO tap_minutes (minute, outcome, decided, code, process, taps)"
        " SELECT now() - n * interval '1 hour', 'verified', '', '', $1, 1 FROM unnest('{47,49,72}'::int[]) n",
        old,
    )
    async with case.running():
        await case.judge(case.verdict(GATEWAY, person=None))

        async def gone() -> bool:
            left = await case.pool.fetchval("SELECT count(*) FROM tap_minutes WHERE process = $1", old)
            return bool(left == 1)

        await until(gone, what=f"only what is younger than {tap_minutes.KEPT_DAYS} days is left")


async def a_program(case: Case) -> dict[str, str]:
    """What another actor asks with."""
    expires = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    path = f"/v1/tokens/program-{uuid4().hex[:8]}"
    issued = await case.done("POST", path, {"role": "viewer", "expires": expires})
    return {"Authorization": f"Bearer {issued['secret']}", **STREAM}


async def test_one_who_listens_often_leaves_room_for_the_others(case: Case) -> None:
    async with case.running(), AsyncExitStack() as open_streams:
        other = await a_program(case)

        async def status(headers: Mapping[str, str]) -> int:
            stream = case.http.get("/v1/reports/taps", headers=headers)
            return (await open_streams.enter_async_context(stream)).status

        mine = [await status(shown(case, **STREAM)) for _ in range(MOST_LISTENERS)]
        assert mine == [200] * MOST_OF_ONE + [503] * (MOST_LISTENERS - MOST_OF_ONE)
        assert await status(other) == 200
        assert len((await case.done("GET", "/v1/reports/taps"))["minutes"]) == 60


async def test_only_so_many_listen_at_once_and_the_others_may_ask(case: Case) -> None:
    async with case.running(), AsyncExitStack() as open_streams:
        programs = [await a_program(case) for _ in range(MOST_LISTENERS // MOST_OF_ONE)]
        answers = [
            await open_streams.enter_async_context(case.http.get("/v1/reports/taps", headers=headers))
            for headers in programs * MOST_OF_ONE
        ]
        assert {(each.status, each.content_type) for each in answers} == {(200, "text/event-stream")}
        assert len((await first_event(answers[-1]))["minutes"]) == 60
        async with case.http.get("/v1/reports/taps", headers=shown(case, **STREAM)) as refused:
            assert refused.status == 503
        assert len((await case.done("GET", "/v1/reports/taps"))["minutes"]) == 60
        answers[0].close()

        async def has_room() -> bool:
            async with case.http.get("/v1/reports/taps", headers=shown(case, **STREAM)) as answer:
                return bool(answer.status == 200)

        await until(has_room, what="who goes away makes room")


async def test_the_page_is_there_for_everyone_and_what_it_asks_for_is_not(case: Case) -> None:
    async with case.running():
        for path, status in (
            ("/", 200),
            ("/static/dashboard.js", 200),
            ("/static/other.js", 404),
            ("/static/..%2Fwords.py", 404),
            ("/static/../v1/places", 401),
            ("/v1/reports/taps", 401),
            ("/v1/reports/taps?format=csv", 401),
            ("/other", 401),
        ):
            async with case.http.get(path) as answer:
                assert answer.status == status, path
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                assert answer.headers["Cache-Control"] == "no-store"
