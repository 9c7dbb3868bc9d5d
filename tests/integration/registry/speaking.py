"""The one gateway that has an account on the tests' broker, and what it says of its readers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel
from msgspec.structs import replace

from dev.contract.examples import examples
from ketuk_events.catalogue import GATEWAY_BEAT
from ketuk_events.events import Wire, to_wire
from ketuk_events.readers import ReaderState
from tests.integration.registry.case import Case

GATEWAY = "kelurahan-jebres"
JEBRES = "33.72.04.1010"
BEAT_SECONDS = 1.5
EPOCHS = iter(range(1_000_000, 2_000_000))
"""Each word of the gateway is newer than all before, also of other tests."""


def beat(*readers: str) -> Wire:
    states = tuple(
        ReaderState(reader=each, model="Virtual 00 00", state="ready", sam=True, physical=False)
        for each in readers
    )
    example = examples()[GATEWAY_BEAT]
    return to_wire(
        replace(
            example,
            id=uuid4(),
            data=replace(example.data, gateway=GATEWAY, readers=states, epoch=next(EPOCHS), sequence=1),
        )
    )


@asynccontextmanager
async def speaking(case: Case) -> AsyncIterator[AbstractChannel]:
    """The gateway of Jebres is on record, approved, and speaks."""
    await case.done("PUT", f"/v1/institutions/{GATEWAY}", {"name": "Kelurahan Jebres", "kind": "kelurahan"})
    await case.done("PUT", f"/v1/gateways/{GATEWAY}", case.described(GATEWAY))
    await case.done("POST", f"/v1/gateways/{GATEWAY}/approve")
    async with await aio_pika.connect(case.stack["AMQP_GATEWAY_KELURAHAN_JEBRES_URL"]) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


async def say(case: Case, channel: AbstractChannel, wire: Wire) -> None:
    await case.publish(wire, channel=channel, user=f"3372.{GATEWAY}")


@asynccontextmanager
async def beating(case: Case, channel: AbstractChannel, *readers: str) -> AsyncIterator[None]:
    """The gateway says again and again that it has these."""

    async def go_on() -> None:
        while True:
            await say(case, channel, beat(*readers))
            await asyncio.sleep(BEAT_SECONDS / 5)

    going = asyncio.create_task(go_on())
    try:
        yield
    finally:
        going.cancel()
