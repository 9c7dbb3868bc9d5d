"""What a test does and sees at the counter: cards tapped, verdicts heard, the page read."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import aiohttp
import msgspec
from yarl import URL

from chassis.messaging.broker import EVENTS
from ketuk_events.outcomes import sentence
from ketuk_events.taps import TapJudged
from simulator.kinds import Kind, SimulatedCard
from simulator.reader import VirtualReader
from simulator.sam import Sam
from tests.support.bounds import BOUND_SECONDS
from tests.system.outcomes.house import GATEWAY, PROCESS, House
from tests.system.outcomes.told import Told, came_to, told

VERDICT_SECONDS = 60.0
PAGE_SECONDS = 60.0


class Hearing:
    """What is heard and read at a counter, whichever reader stands there."""

    def __init__(
        self, *, house: House, verdicts: aio_pika.abc.AbstractQueue, session: aiohttp.ClientSession
    ) -> None:
        self.house = house
        self._verdicts = verdicts
        self._session = session

    async def hears(self) -> Told:
        """The next verdict, once the officer's page says the same."""
        message = await self._verdicts.get(no_ack=True, timeout=BOUND_SECONDS, fail=False)
        async with asyncio.timeout(VERDICT_SECONDS):
            while message is None:
                await asyncio.sleep(0.02)
                message = await self._verdicts.get(no_ack=True, timeout=BOUND_SECONDS, fail=False)
        verdict = msgspec.json.decode(message.body, type=TapJudged)
        await self.page_says(lambda page: _shows(page, verdict))
        self.house.seen |= {(each.check, each.code) for each in verdict.checks}
        return told(verdict)

    async def hears_nothing_more(self) -> bool:
        """Whether no verdict is left."""
        return await self._verdicts.get(no_ack=True, timeout=BOUND_SECONDS, fail=False) is None

    async def choose(self, purpose: str) -> None:
        """Taps are for that purpose from now on."""
        await asyncio.to_thread(self.house.put, f"/purpose/{purpose}")

    async def check_chip(self) -> None:
        """The officer's button."""
        async with self._session.post("/readers/loket-1/chip-checks") as answer:
            assert answer.status == 202

    async def page_says(
        self, expected: Callable[[dict[str, Any]], bool], *, language: str = "id"
    ) -> dict[str, Any]:
        """The page, once it is as expected."""
        page: dict[str, Any] = {}
        try:
            async with asyncio.timeout(PAGE_SECONDS):
                async with self._session.get("/events", params={"lang": language}) as stream:
                    async for line in stream.content:
                        if line.startswith(b"data: "):
                            page = json.loads(line.removeprefix(b"data: "))
                            if expected(page):
                                return page
        except TimeoutError:
            pass
        raise AssertionError(f"the page says {json.dumps(page)[:2000]}")


class Counter(Hearing):
    """One counter with a reader on PC/SC, in the hands of a test."""

    def __init__(
        self,
        *,
        house: House,
        reader: VirtualReader,
        verdicts: aio_pika.abc.AbstractQueue,
        session: aiohttp.ClientSession,
    ) -> None:
        super().__init__(house=house, verdicts=verdicts, session=session)
        self.reader = reader

    async def tap(self, card: SimulatedCard) -> Told:
        """Tap a card; returns what its verdict said, once the officer's page says the same."""
        await self.reader.tap(card)
        return await self.hears()

    async def taps(self, kind: Kind) -> Told:
        """Tap the card of a kind."""
        return await self.tap(self.house.cards[kind])

    async def serves_the_next(self) -> None:
        """The next citizen's card is verified."""
        told = await self.taps(Kind.HEALTHY)
        assert told == came_to("verified"), told


def _shows(page: dict[str, Any], verdict: TapJudged) -> bool:
    shown = {tap["tap"]: tap for tap in page["taps"]}.get(verdict.tap)
    if shown is None or shown["look"] != verdict.outcome:
        return False
    why = verdict.reason
    return why is None or shown["advice"] == sentence(why.check, why.code, "id")


@asynccontextmanager
async def lines(house: House) -> AsyncIterator[tuple[aio_pika.abc.AbstractQueue, aiohttp.ClientSession]]:
    """The gateway's verdicts from now on, and the way to its page; no gateway need run yet."""
    url = str(URL(house.stack.environment()["AMQP_ADMIN_URL"]).with_path("/ketuk"))
    async with (
        await aio_pika.connect(url) as connection,
        aiohttp.ClientSession(house.services.url(PROCESS)) as session,
    ):
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS, f"tap.judged.v1.3372.{GATEWAY}")
        yield queue, session


@asynccontextmanager
async def standing(house: House, *, sam: Sam | None) -> AsyncIterator[Counter]:
    """A counter whose reader has that SAM (None: the test sees to the SAM slot); no gateway need run yet."""
    async with (
        lines(house) as (verdicts, session),
        VirtualReader(number=0, port=house.stack.vpcd_ports[0], sam=sam, mute_stays=2.5).running() as reader,
    ):
        counter = Counter(house=house, reader=reader, verdicts=verdicts, session=session)
        yield counter
        assert await counter.hears_nothing_more()
