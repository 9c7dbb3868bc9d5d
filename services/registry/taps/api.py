"""Taps a minute and outcomes by reason: once, as a table, or again and again as server-sent events."""

import asyncio
from collections import Counter
from contextlib import suppress
from http import HTTPStatus

import msgspec
from aiohttp import web

from chassis.runtime.retry import TRANSIENT
from registry.access.authentication import ACTOR
from registry.audit.unit_of_work import Office
from registry.taps.live_taps import Ending, Minute, TapsNow, Watch
from registry.web.csv_tables import TableQuery, one_table, wants_table
from registry.web.json_io import answer, query
from registry.web.problems import problem
from registry.web.route_docs import tells

STREAM = "text/event-stream"
MOST_LISTENERS = 50
"""At one process; who comes beyond may ask for what is now."""
MOST_OF_ONE = 5
"""Of these, for one actor."""
LOOK_SECONDS = 1.0
BEAT_SECONDS = 5.0
"""A listener is told at least so often how things are."""
LONGEST_SECONDS = 600.0
"""Then a stream ends, and who listens on asks again: may they still?"""


def routes(
    office: Office, *, most_listeners: int = MOST_LISTENERS, longest_seconds: float = LONGEST_SECONDS
) -> web.RouteTableDef:
    """The report, which any process answers from what all of them have counted."""
    asked = web.RouteTableDef()
    watch = Watch(pool=office.pool, every_seconds=LOOK_SECONDS)
    listening: Counter[str] = Counter()

    @asked.get("/v1/reports/taps")
    @tells("Taps a minute and outcomes, now or as they come.", query=TableQuery, answer=TapsNow, table=True)
    async def show_taps(request: web.Request) -> web.StreamResponse:
        query(request, TableQuery)
        if STREAM not in request.headers.get("Accept", ""):
            return _now(request, await watch.look())
        actor = request[ACTOR].name
        if listening.total() >= most_listeners or listening[actor] >= MOST_OF_ONE:
            return problem(
                HTTPStatus.SERVICE_UNAVAILABLE, title="Service Unavailable", detail="too many listen"
            )
        listening[actor] += 1
        try:
            return await _stream(request, watch, seconds=longest_seconds)
        finally:
            listening[actor] -= 1
            if not listening[actor]:
                del listening[actor]

    return asked


def _now(request: web.Request, seen: TapsNow) -> web.Response:
    if wants_table(request):
        return one_table(request, {"minutes": (Minute, seen.minutes), "outcomes": (Ending, seen.outcomes)})
    return answer(seen)


async def _stream(request: web.Request, watch: Watch, *, seconds: float) -> web.StreamResponse:
    seen = await watch.look()
    stream = web.StreamResponse(headers={"Content-Type": STREAM, "Cache-Control": "no-store"})
    await stream.prepare(request)
    clock = asyncio.get_running_loop().time
    ends, told, told_at = clock() + seconds, None, 0.0
    # a browser that went away is noticed at the next word to it; without its database the stream ends
    with suppress(ConnectionResetError, *TRANSIENT):
        while clock() < ends:
            if seen != told or clock() - told_at >= BEAT_SECONDS:
                await stream.write(b"data: " + msgspec.json.encode(seen) + b"\n\n")
                told, told_at = seen, clock()
            await asyncio.sleep(LOOK_SECONDS)
            seen = await watch.look()
    return stream
