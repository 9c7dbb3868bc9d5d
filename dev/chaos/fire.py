"""Makes happen what the schedule says, at its time."""

import asyncio
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import aio_pika
import asyncpg
from aio_pika.abc import AbstractConnection
from yarl import URL

from chassis.messaging.broker import EVENTS
from dev.chaos.household import Household
from dev.chaos.schedule import Fault, Kind, Schedule
from dev.faults.link import Link
from dev.ledger.feed import AWAY, AWAY_SECONDS
from dev.stack.stack import Stack
from dev.stack.waiting import READY_SECONDS

ROUTE = "card.read.v1.#"

Say = Callable[[str], None]


class Fire:
    """All faults but the strikes, which processes see to themselves."""

    def __init__(
        self, *, run: Schedule, stack: Stack, household: Household, links: Mapping[str, Link], say: Say
    ) -> None:
        self._run = run
        self._stack = stack
        self._household = household
        self._links = links
        self._say = say
        self._began = 0.0

    async def burn(self) -> None:
        """Begin now; return when the last fault has passed."""
        self._began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._outages())
            for fault in self._run.faults:
                tasks.create_task(self._befalls(fault))

    async def _outages(self) -> None:
        for fault in self._run.outages:
            await self._until(fault.at)
            self._tell(fault)
            match fault.kind:
                case Kind.UNROUTED:
                    await self._unroute(fault)
                case Kind.ALARM:
                    await self._raise_alarm(fault)
                case Kind.READ_ONLY:
                    await self._refuse_writes(fault)
                case _:
                    self._household.standing.discard(fault.target)
                    await asyncio.to_thread(self._take_away, fault)
                    self._household.standing.add(fault.target)
            self._say(f"{self._now():7.1f} s  {fault.target} is back")

    def _take_away(self, fault: Fault) -> None:
        children = self._stack.children
        if fault.kind is Kind.KILL:
            children.kill(fault.target)
        else:
            # PostgreSQL would wait for its clients otherwise
            ask = signal.SIGINT if fault.target == "postgres" else signal.SIGTERM
            children.stop(fault.target, ask=ask)
        time.sleep(fault.seconds)
        self._stack.restart(fault.target)

    async def _unroute(self, fault: Fault) -> None:
        """Messages that find no queue: they must come back, and be sent again."""
        async with await self._administrator() as connection:
            queue = await (await connection.channel()).get_queue(fault.target, ensure=False)
            await queue.unbind(EVENTS, ROUTE)
            await asyncio.sleep(fault.seconds)
            await queue.bind(EVENTS, ROUTE)
        # RabbitMQ confirms a binding before it is on the disk, and the next fault may be a kill -9
        with suppress(RuntimeError):
            await asyncio.to_thread(self._stack.rabbitmq.evaluate, "mnesia:sync_log()")

    async def _raise_alarm(self, fault: Fault) -> None:
        """The broker is short of memory, and reads nothing of who publishes."""
        broker = self._stack.rabbitmq
        await asyncio.to_thread(broker.run_short_of_memory)
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            await asyncio.to_thread(broker.have_memory_again)

    async def _refuse_writes(self, fault: Fault) -> None:
        """PostgreSQL takes no writes, as one does that was just made a standby."""
        database = await asyncpg.connect(
            self._stack.environment()["DATABASE_ADMIN_URL"],
            server_settings={"default_transaction_read_only": "off"},
        )
        try:
            await database.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            await database.execute("SELECT pg_reload_conf()")
            await asyncio.sleep(fault.seconds)
        finally:
            await database.execute("ALTER SYSTEM RESET default_transaction_read_only")
            await database.execute("SELECT pg_reload_conf()")
            await database.close()

    async def _administrator(self) -> AbstractConnection:
        """A broker that was just started answers over HTTP before it takes connections."""
        url = str(URL(self._stack.environment()["AMQP_ADMIN_URL"]).with_path("/ketuk"))
        async with asyncio.timeout(READY_SECONDS):
            while True:
                with suppress(*AWAY):
                    return await aio_pika.connect(url)
                await asyncio.sleep(AWAY_SECONDS)

    async def _befalls(self, fault: Fault) -> None:
        await self._until(fault.at)
        self._tell(fault)
        if fault.kind is Kind.KILL:
            await self._household.kill(fault.target)
            return
        link = self._links[fault.target]
        match fault.kind:
            case Kind.RESET:
                link.reset()
            case Kind.CUT:
                link.cut(share=fault.share, upwards=fault.upwards)
            case Kind.BLACK_HOLE:
                await link.black_hole(fault.seconds)
            case Kind.SILENCE:
                async with link.silence():
                    await asyncio.sleep(fault.seconds)
            case Kind.SLOW:
                await link.slow(fault.seconds)

    async def _until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self._now()))

    def _now(self) -> float:
        return time.monotonic() - self._began

    def _tell(self, fault: Fault) -> None:
        self._say(f"{self._now():7.1f} s  {fault.target}: {fault.kind}")
