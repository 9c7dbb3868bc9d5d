from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel
from msgspec.structs import replace

from dev.contract.examples import examples
from ketuk_events.catalogue import GATEWAY_BEAT, READER_CONNECTED, READER_DISCONNECTED, Kind
from ketuk_events.events import Wire, to_wire
from ketuk_events.readers import ReaderState
from tests.integration.registry.case import Case, until

GATEWAY = "kelurahan-jebres"
USER = f"3372.{GATEWAY}"


def state(reader: str) -> ReaderState:
    return ReaderState(reader=reader, model="Virtual 00 00", state="ready", sam=True, physical=False)


def told(kind: Kind, **said: object) -> Wire:
    example = examples()[kind]
    return to_wire(replace(example, id=uuid4(), data=replace(example.data, gateway=GATEWAY, **said)))


def new_reader() -> str:
    return f"loket-{uuid4().hex[:8]}"


@asynccontextmanager
async def speaking(case: Case) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(case.stack["AMQP_GATEWAY_KELURAHAN_JEBRES_URL"]) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


async def reader(case: Case, name: str) -> dict[str, Any] | None:
    found: list[dict[str, Any]] = await case.done("GET", "/v1/readers")
    return next((each for each in found if (each["gateway"], each["reader"]) == (GATEWAY, name)), None)


async def becomes(case: Case, name: str, *, connected: bool) -> None:
    async def is_so() -> bool:
        found = await reader(case, name)
        return found is not None and found["connected"] == connected

    await until(is_so, what=f"{name} is {'connected' if connected else 'gone'}")


async def test_readers_come_and_go_and_the_higher_sequence_wins(shared: Case) -> None:
    name, sentinel = new_reader(), new_reader()
    async with speaking(shared) as channel:
        for wire in (
            told(READER_CONNECTED, reader=state(name), epoch=2, sequence=1),
            told(READER_DISCONNECTED, reader=state(name), epoch=2, sequence=3),
            told(READER_CONNECTED, reader=state(name), epoch=2, sequence=2),
            told(READER_CONNECTED, reader=state(name), epoch=1, sequence=9),
            told(READER_CONNECTED, reader=state(sentinel), epoch=2, sequence=4),
        ):
            await shared.publish(wire, channel=channel, user=USER)
        await becomes(shared, sentinel, connected=True)
        await becomes(shared, name, connected=False)
        newer = told(READER_CONNECTED, reader=state(name), epoch=3, sequence=0)
        await shared.publish(newer, channel=channel, user=USER)
        await becomes(shared, name, connected=True)


async def test_a_reader_that_a_beat_no_longer_names_is_gone(shared: Case) -> None:
    stays, goes = new_reader(), new_reader()
    async with speaking(shared) as channel:
        both = told(GATEWAY_BEAT, readers=(state(stays), state(goes)), epoch=5, sequence=1)
        await shared.publish(both, channel=channel, user=USER)
        await becomes(shared, goes, connected=True)
        one = told(GATEWAY_BEAT, readers=(state(stays),), epoch=5, sequence=2)
        await shared.publish(one, channel=channel, user=USER)
        await becomes(shared, goes, connected=False)
        await becomes(shared, stays, connected=True)


async def test_what_is_told_in_another_gateways_name_is_a_dead_letter(shared: Case) -> None:
    name = new_reader()
    forged = told(READER_CONNECTED, reader=state(name), epoch=9, sequence=9)
    await shared.publish(forged, channel=shared.services, user="admin")
    letter = await shared.dead_letter()
    assert await reader(shared, name) is None
    assert letter.message_id == forged.message_id
    assert letter.headers["ketuk-reason"] == "told in another gateway's name"


async def test_what_a_revoked_gateway_tells_is_a_dead_letter(shared: Case) -> None:
    name = new_reader()
    async with speaking(shared) as channel:
        await shared.done("PUT", f"/v1/gateways/{GATEWAY}", shared.described(GATEWAY))
        await shared.done("POST", f"/v1/gateways/{GATEWAY}/approve")
        # without the door that closes for good, for the other tests speak by this gateway too
        await shared.pool.execute("UPDATE gateways SET state = 'revoked' WHERE gateway = $1", GATEWAY)
        try:
            connected = told(READER_CONNECTED, reader=state(name), epoch=8, sequence=1)
            await shared.publish(connected, channel=channel, user=USER)
            letter = await shared.dead_letter()
        finally:
            await shared.pool.execute("UPDATE gateways SET state = 'approved' WHERE gateway = $1", GATEWAY)
        assert letter.headers["ketuk-reason"] == "told by a gateway that was revoked"
        assert await reader(shared, name) is None
