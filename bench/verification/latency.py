"""How long a verdict takes: verification and the bare loop run side by side, and are asked in turns."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import cast
from uuid import UUID, uuid4

import aiormq
from aiormq.abc import DeliveredMessage
from msgspec import structs
from pamqp import commands

from bench.verification.contestant import Contestant
from bench.verification.hostile import Letter
from bench.verification.processors import Busy, Watch
from bench.verification.results import Compared, Latency
from bench.verification.site import VERDICTS, Site, administrator
from chassis.messaging.broker import EVENTS
from chassis.messaging.fast_amqp.batch_publish import InFlight
from chassis.messaging.fast_amqp.batch_publish import Letter as Outgoing
from ketuk_events.catalogue import TAP_JUDGED
from ketuk_events.names import following_id

BARE_IN, BARE_OUT = "verification.bare", "registry.bare"
AT_REST = 1_000
AT_REST_PER_SECOND = 40.0
TURNS, TURN_SECONDS = 3, 6.0
SETTLE_SECONDS = 1.0
BOUND_SECONDS = 60.0
TICK_SECONDS = 0.005
"""What falls due in one is published together: each write costs the meter, and it shares the processors."""


async def latencies(site: Site, *, half: float) -> tuple[Compared, Compared, dict[str, Busy]]:
    """At rest, under a load of `half` letters a second, and who used the processors under that."""
    for queue, key in ((BARE_IN, "bare.read"), (BARE_OUT, "bare.judged")):
        declared = await site.channel.declare_queue(queue, durable=True, arguments={"x-queue-type": "quorum"})
        await declared.bind(EVENTS, key)
    await site.clear()
    bare = Contestant(
        name="bare-hops",
        module="bench.verification.bare",
        settings={"BARE_QUEUE": BARE_IN, "BARE_KEY": "bare.judged"},
    )
    with bare.running(site), Contestant(name="judge", module="verification").running(site) as judge:
        watched = {
            "verification": judge.processes[0].pid,
            "broker": site.stack.children.pid("rabbitmq"),
            "database": site.stack.children.pid("postgres"),
            "the meter": os.getpid(),
        }
        operator = await aiormq.connect(site.stack.environment()["AMQP_OPERATOR_URL"])
        ears = await aiormq.connect(administrator(site.stack))
        async with operator, ears:
            meter = Meter(cast("aiormq.Channel", await operator.channel(publisher_confirms=True)))
            await meter.listen(await ears.channel(), site.corpus.good[:20])
            return await _at_rest(meter, site), *await _half_load(meter, site, half, watched)


def _outgoing(letter: Letter) -> Outgoing:
    return Outgoing(
        exchange=EVENTS,
        routing_key=letter.routing_key,
        mandatory=True,
        properties=commands.Basic.Properties(
            headers=dict(letter.headers),
            content_type="application/json",
            delivery_mode=2,
            message_id=letter.message_id,
            user_id=letter.user,
        ),
        body=letter.body,
    )


class Meter:
    """Publishes letters and notes when what follows from each arrives."""

    def __init__(self, channel: aiormq.Channel) -> None:
        self._channel = channel
        self._sent: dict[str, float] = {}
        self._came: dict[str, float] = {}

    async def listen(self, channel: aiormq.abc.AbstractChannel, letters: Sequence[Letter]) -> None:
        """Hear both, and wait until both have answered."""
        for name in (VERDICTS, BARE_OUT):
            await channel.basic_consume(name, self._hear, no_ack=True)
        for way in (judged, bare):
            await self.ask(letters, way)
            await self.answered()
            self.taken()

    async def ask(self, letters: Sequence[Letter], way: "Way", *, per_second: float = 50.0) -> None:
        """Publish at a pace, whatever the answers do; what is due at once goes together."""
        ready = [(_outgoing(letter), name) for letter, name in map(way, letters)]
        began, sent = time.perf_counter(), 0
        publishing = []
        while sent < len(letters):
            await asyncio.sleep(max(TICK_SECONDS, began + sent / per_second - time.perf_counter()))
            due = ready[sent : max(sent + 1, int((time.perf_counter() - began) * per_second))]
            now = time.perf_counter()
            self._sent |= {name: now for _, name in due}
            flight = InFlight(channel=self._channel, letters=[each for each, _ in due])
            publishing.append(asyncio.create_task(flight.go()))
            sent += len(due)
        await asyncio.gather(*publishing)

    async def answered(self) -> None:
        """Wait until each letter has its answer. Raises TimeoutError where one has none."""
        deadline = time.perf_counter() + BOUND_SECONDS
        while self._came.keys() < self._sent.keys():
            if time.perf_counter() > deadline:
                raise TimeoutError
            await asyncio.sleep(0.01)

    def taken(self) -> list[float]:
        """How long each took, in seconds; forgets them."""
        found = [self._came[name] - sent for name, sent in self._sent.items()]
        self._sent.clear()
        self._came.clear()
        return found

    async def _hear(self, heard: DeliveredMessage) -> None:
        self._came[heard.header.properties.message_id or ""] = time.perf_counter()


Way = Callable[[Letter], tuple[Letter, str]]
"""The letter as it is to be sent, and the id of what follows from it."""


def judged(letter: Letter) -> tuple[Letter, str]:
    """To verification."""
    return letter, str(following_id(UUID(letter.message_id), TAP_JUDGED.name))


def bare(letter: Letter) -> tuple[Letter, str]:
    """To the bare loop, under an id of its own."""
    own = str(uuid4())
    return structs.replace(letter, message_id=own, routing_key="bare.read"), own


async def _at_rest(meter: Meter, site: Site) -> Compared:
    await site.clear()
    taken: dict[Way, list[float]] = {judged: [], bare: []}
    letters = site.corpus.good
    for begin in range(0, AT_REST, AT_REST // 10):
        for way, found in taken.items():
            await meter.ask(letters[begin : begin + AT_REST // 10], way, per_second=AT_REST_PER_SECOND)
            await meter.answered()
            found.extend(meter.taken())
    return _compared(taken, AT_REST_PER_SECOND)


async def _half_load(
    meter: Meter, site: Site, per_second: float, watched: Mapping[str, int]
) -> tuple[Compared, dict[str, Busy]]:
    await site.clear()
    taken: dict[Way, list[float]] = {judged: [], bare: []}
    busy: dict[Way, dict[str, Busy]] = {}
    count = min(int(per_second * TURN_SECONDS), len(site.corpus.good) // TURNS)
    for turn in range(TURNS):
        for way, found in taken.items():
            letters = site.corpus.good[turn * count : (turn + 1) * count]
            watch, began = Watch(watched), time.perf_counter()
            await meter.ask(letters, way, per_second=per_second)
            busy[way] = watch.seen(time.perf_counter() - began)
            await meter.answered()
            # the first second fills what was empty
            found.extend(meter.taken()[int(per_second * SETTLE_SECONDS) :])
    return _compared(taken, per_second), busy[judged]


def _compared(taken: dict[Way, list[float]], per_second: float) -> Compared:
    return Compared(ours=_latency(taken[judged], per_second), bare=_latency(taken[bare], per_second))


def _latency(seconds: Sequence[float], per_second: float) -> Latency:
    ordered = sorted(seconds)
    return Latency(
        samples=len(ordered),
        per_second=per_second,
        p50=ordered[len(ordered) // 2],
        p99=ordered[len(ordered) * 99 // 100],
    )
