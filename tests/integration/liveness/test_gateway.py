"""Every part of the gateway is at work again after every fault, with no hand on it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import aio_pika
import aiohttp
import msgspec
import pytest
from aio_pika.abc import AbstractChannel, AbstractQueue
from yarl import URL

from chassis.messaging.broker import DEAD_LETTERS, EVENTS, Broker
from dev.faults.link import Link
from dev.stack.depth import depth
from dev.stack.secret_files import REGION
from dev.stack.stack import Stack
from ketuk_events.catalogue import CARD_READ, GATEWAY_BEAT, TAP_JUDGED
from ketuk_events.events import event, to_wire
from ketuk_events.names import following_id, from_timestamp, to_timestamp
from ketuk_events.taps import CardRead, TapJudged
from reader_gateway import reader_pool as fleet
from reader_gateway.bus import inbox as verdicts
from reader_gateway.main import serve
from reader_gateway.settings import GatewaySettings
from simulator.issuer import Issuer
from simulator.kinds import Kind, make_card
from simulator.reader import VirtualReader
from simulator.record import Departure, Tapped
from tests.integration.chassis.conftest import until
from tests.integration.liveness.faults import OF_THE_GATEWAY, Surroundings
from tests.integration.liveness.service import SOON_SECONDS, Service
from tests.integration.verification.bench import next_of
from tests.support.purge import purge

NAME = "kelurahan-jebres"
READER = "loket-1"
QUEUES = (f"gateway.{REGION}.{NAME}",)
FOR_OTHERS = ("verification.readings", "registry.verdicts", "registry.fleet")
GRAIN = timedelta(milliseconds=1)
"""Of a time on the wire."""
SHORT = ("the broker falls silent", "the queues are deleted", "the card daemon is killed")


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "BEAT_SECONDS", 1.0)
    monkeypatch.setattr(verdicts, "LOOK_SECONDS", 1.0)


class Gateway(Service):
    """A gateway with one reader, and who deals with it past the link."""

    def __init__(
        self,
        *,
        http: aiohttp.ClientSession,
        reader: VirtualReader,
        judge: Broker,
        read: AbstractQueue,
        beats: AbstractQueue,
    ) -> None:
        """Take the reader, verification's account, and the queues that hear readings and beats."""
        super().__init__(http=http)
        self._reader = reader
        self._judge = judge
        self._read = read
        self._beats = beats
        self._cards = 0
        self._issuer = Issuer.generate()

    async def answers(self) -> bool:
        """Whether it serves HTTP."""
        try:
            await self.resources()
        except aiohttp.ClientConnectionError:
            return False
        return True

    async def to_be_sent(self) -> None:
        """Tap a card."""
        await self._tap()

    async def _tap(self) -> Tapped:
        self._cards += 1
        return await self._reader.tap(
            make_card(Kind.HEALTHY, self._cards, seed=1, issuer=self._issuer, other=self._issuer)
        )

    async def reads_cards(self) -> CardRead:
        """What a card says reaches verification, though other taps waited before it."""
        tapped = await self._tap()
        assert tapped.departure is Departure.READ
        while True:
            read = msgspec.json.decode((await next_of(self._read)).body, type=CardRead)
            if from_timestamp(read.began) >= tapped.entered - GRAIN:
                return read

    async def shows_verdicts(self) -> None:
        """A verdict on the newest tap is shown."""
        read = await self.reads_cards()
        verdict = TapJudged(
            tap=read.tap,
            asked=read.asked,
            began=read.began,
            judged=to_timestamp(datetime.now(UTC)),
            outcome="verified",
            assurance="genuine",
            reason=None,
            checks=(),
            purpose_version=1,
            projection_version=1,
        )
        said = event(
            TAP_JUDGED,
            verdict,
            event_id=following_id(UUID(read.tap), TAP_JUDGED.name),
            region=REGION,
            source="verification",
            owner=NAME,
            time=datetime.now(UTC),
        )
        async with self._judge.channel() as channel:
            await (await self._judge.publisher(channel)).publish_all([to_wire(said)])
        async with self.http.get("/events", params={"lang": "en"}) as pictures:
            async for line in pictures.content:
                if line.startswith(b"data: ") and _look(line, read.tap) == "verified":
                    return
        raise AssertionError("the page ended")

    async def beats(self) -> None:
        """It says that it lives."""
        await self._beats.purge()
        await next_of(self._beats)


PROBES: Mapping[str, Callable[[Gateway], Awaitable[object]]] = {
    "pcscd": Gateway.reads_cards,
    "watches": Gateway.reads_cards,
    "readers": Gateway.reads_cards,
    f"desk {READER}": Gateway.reads_cards,
    "spool": Gateway.reads_cards,
    "relay": Gateway.reads_cards,
    "verdicts": Gateway.shows_verdicts,
    "beat": Gateway.beats,
}
"""For each part what shows that it works."""


def _look(line: bytes, tap: str) -> str | None:
    shown = json.loads(line.removeprefix(b"data: "))["taps"]
    return next((each["look"] for each in shown if each["tap"] == tap), None)


@asynccontextmanager
async def behind_a_link(stack: Stack, port: int, spool: Path) -> AsyncIterator[tuple[Gateway, Surroundings]]:
    found = stack.environment()
    account = URL(found["AMQP_GATEWAY_KELURAHAN_JEBRES_URL"])
    assert account.port is not None
    async with (
        Link(to=account.port).running() as to_broker,
        await aio_pika.connect(str(URL(found["AMQP_ADMIN_URL"]).with_path("/ketuk"))) as connection,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
        VirtualReader(number=0, port=stack.vpcd_ports[0], sam=None).running() as reader,
    ):
        admin = await connection.channel()
        await purge(admin, (*FOR_OTHERS, *QUEUES, DEAD_LETTERS))
        read, beats = await _hearing(admin, CARD_READ.name), await _hearing(admin, GATEWAY_BEAT.name)
        gateway = Gateway(
            http=http,
            reader=reader,
            judge=Broker(url=found["AMQP_VERIFICATION_URL"], name="verification"),
            read=read,
            beats=beats,
        )
        settings = GatewaySettings(
            _secrets_dir=str(stack.secrets.folder(f"gateway-{NAME}")),  # type: ignore[call-arg]  # as in chassis.runtime.settings
            region=REGION,
            gateway=NAME,
            institution=NAME,
            place="33.72.04.1010",
            readers={READER: {"card": "Ketuk 0 00 00"}},  # type: ignore[dict-item]  # as it is written in a setting
            amqp_url=str(account.with_port(to_broker.port)),
            spool=spool,
            http_port=port,
        )
        stopping = asyncio.Event()
        serving = asyncio.create_task(serve(settings, stopping))
        try:
            await until(gateway.answers, what="the gateway answers", seconds=SOON_SECONDS)
            yield (
                gateway,
                Surroundings(stack=stack, broker=to_broker, admin=admin, queues=QUEUES, service=gateway),
            )
        finally:
            stopping.set()
            await serving
        assert await depth(admin, DEAD_LETTERS) == 0
        await purge(admin, FOR_OTHERS)


async def _hearing(admin: AbstractChannel, kind: str) -> AbstractQueue:
    queue = await admin.declare_queue(exclusive=True)
    await queue.bind(EVENTS, f"{kind}.v1.#")
    return queue


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try every fault in the long form of a run."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", OF_THE_GATEWAY if metafunc.config.getoption("--long") else SHORT)


async def test_every_part_of_the_gateway_works_again_after(
    stack: Stack,
    unused_tcp_port: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    name: str,
    is_long: bool,
) -> None:
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(stack.pcscd.socket))
    async with behind_a_link(stack, unused_tcp_port, tmp_path / "spool.sqlite") as (gateway, around):
        await gateway.until_ready()
        _, resources = await gateway.resources()
        assert set(resources) == set(PROBES), "each part has to have a probe"
        async with OF_THE_GATEWAY[name](around):
            pass

        async def one_after_the_other() -> None:
            for probe in dict.fromkeys(PROBES.values()):
                await probe(gateway)

        await gateway.works_again(one_after_the_other, is_long=is_long)
