"""A queue of its own for each test, under the real policy, read with the real account of verification."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import cast
from uuid import UUID, uuid4

import aio_pika
import aiormq
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from msgspec.structs import replace
from yarl import URL

from chassis.messaging.broker import DEAD_LETTERS, EVENTS, Broker
from chassis.messaging.publisher import Publisher
from dev.contract.examples import examples
from dev.stack.depth import depth
from ketuk_events import catalogue
from ketuk_events.events import Wire, to_wire
from tests.support.bounds import BOUND_SECONDS


async def until(
    condition: Callable[[], Awaitable[bool]], *, what: str, seconds: float = BOUND_SECONDS
) -> None:
    """Wait until a condition holds, and say what did not come about where it does not."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await condition():
        assert asyncio.get_running_loop().time() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.02)


def wires(count: int, *, owner: str = "x") -> list[Wire]:
    """Different messages of the contract (`card.presented` said to be work), routed to `owner`."""
    example = examples()[catalogue.CARD_PRESENTED]
    return [
        replace(
            to_wire(replace(example, id=UUID(int=uuid4().int), owner=owner)),
            delivery=catalogue.Delivery.WORK,
        )
        for _ in range(count)
    ]


def wires_of_all_sizes(*, most: int, owner: str) -> list[Wire]:
    """Different messages of none, one and several frames, of which one holds `most` bytes of a body."""
    sizes = (0, 1, most, most + 1, 2 * most + 1)
    return [
        replace(wire, body=bytes((number,)) * size)
        for number, (wire, size) in enumerate(zip(wires(len(sizes), owner=owner), sizes, strict=True))
    ]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a test needs of the broker."""

    admin: AbstractChannel
    broker: Broker
    """As verification."""
    queue: AbstractQueue
    owner: str
    """The routing key's last word that leads to the queue."""
    dead: AbstractQueue

    async def send(self, *wires: Wire) -> None:
        exchange = await self.admin.get_exchange(EVENTS, ensure=False)
        user = str(URL(self.admin_url).user)
        await Publisher(channel=self.admin, exchange=exchange, user=user).publish_all(wires)

    admin_url: str

    async def depth(self) -> int:
        """Messages in the queue that nobody holds."""
        return await depth(self.admin, self.queue.name)

    async def dead_letter(self) -> AbstractIncomingMessage | None:
        return await self.dead.get(no_ack=True, timeout=BOUND_SECONDS, fail=False)

    async def dead_depth(self) -> int:
        return await depth(self.admin, self.dead.name)


@pytest.fixture
async def desk(stack_env: Mapping[str, str]) -> AsyncIterator[Desk]:
    admin_url = str(URL(stack_env["AMQP_ADMIN_URL"]).with_path("/ketuk"))
    connection = await aio_pika.connect(admin_url)
    async with connection:
        admin = await connection.channel(publisher_confirms=True, on_return_raises=True)
        owner = f"t{uuid4().hex[:12]}"
        queue = await admin.declare_queue(
            f"verification.{owner}", durable=True, arguments={"x-queue-type": "quorum"}
        )
        await queue.bind(EVENTS, f"card.presented.v1.3372.{owner}")
        dead = await admin.get_queue(DEAD_LETTERS, ensure=False)
        await dead.purge()
        yield Desk(
            admin=admin,
            admin_url=admin_url,
            broker=Broker(url=stack_env["AMQP_VERIFICATION_URL"], name="test"),
            queue=queue,
            owner=owner,
            dead=dead,
        )
        await queue.delete(if_unused=False, if_empty=False)


@pytest.fixture
async def channel(desk: Desk) -> AsyncIterator[AbstractChannel]:
    """As verification, with confirms."""
    async with desk.broker.channel() as channel:
        yield channel


async def below(channel: AbstractChannel) -> aiormq.Channel:
    """The channel of aiormq that bears one of aio-pika's."""
    return cast("aiormq.Channel", await channel.get_underlay_channel())
