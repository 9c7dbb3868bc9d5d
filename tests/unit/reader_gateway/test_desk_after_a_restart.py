"""A gateway that comes back goes on with what its spool says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.crypto.sealing import Opener, Sealer
from dev.stack.secret_files import public_pem
from ketuk_events.events import from_wire
from ketuk_events.evidence import Evidence
from ketuk_events.names import from_timestamp
from ketuk_events.taps import CardRead
from reader_gateway.bus.message_factory import Speaker
from reader_gateway.bus.spool import Spool
from reader_gateway.desk.display_state import Board, TapOnBoard
from reader_gateway.desk.tap_session import Desk
from reader_gateway.pcsc.contexts import Contexts
from reader_gateway.pcsc.reader import PcscReader
from reader_gateway.pcsc.sam_pool import Sams
from reader_gateway.ports.card_reader import Presence, Sighting
from reader_gateway.reader_pool import Fleet
from reader_gateway.settings import ReaderSlots
from reader_gateway.tap.chip_notes import ChipNotes
from reader_gateway.tap.tap import Stage, Tap, new_tap_id
from tests.unit.reader_gateway.taps_on_board import verdict
from tests.unit.verification.given import asked

ASKED = asked()
KEY = ec.generate_private_key(ec.SECP256R1())
BEGAN = datetime(2026, 11, 24, 2, tzinfo=UTC)
EARLIER = replace(verdict(), began=BEGAN - timedelta(seconds=5))


def tap(stage: Stage, *, counter: int = 7) -> Tap:
    return Tap(id=new_tap_id(BEGAN), asked=ASKED, began=BEGAN, counter=counter, stage=stage)


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    made = Spool(path=tmp_path / "spool.sqlite")
    await made.open()
    yield made
    await made.close()


class NotedBoard(Board):
    """Says when a desk has told it of the time before."""

    def __init__(self) -> None:
        super().__init__()
        self.told, self.shows = asyncio.Event(), asyncio.Event()

    def began_earlier(self, reader: str, began: datetime) -> None:
        super().began_earlier(reader, began)
        self.told.set()

    def tap_changed(self, tap: TapOnBoard) -> None:
        super().tap_changed(tap)
        self.shows.set()


def speaker() -> Speaker:
    sealer = Sealer(sender="3372.kelurahan-jebres", identity=KEY, recipient=KEY.public_key())
    return Speaker(region="3372", gateway="kelurahan-jebres", epoch=1, sealer=sealer)


@asynccontextmanager
async def desk_over(
    spool: Spool, board: Board, *, pcscd_since: datetime | None = None
) -> AsyncIterator[Desk]:
    sams = Sams(wait_seconds=1)
    desk = Desk(
        asked=lambda: ASKED,
        spool=spool,
        speaker=speaker(),
        board=board,
        reader=PcscReader(sam=None, lease=lambda: sams.lease("none"), read_seconds=1.0, contexts=Contexts()),
        matcher=None,
        chip_notes=ChipNotes(),
        answer_seconds=1.0,
        tapped=lambda _tap, _answer: None,
        pcscd_since=lambda: pcscd_since,
    )
    running = asyncio.create_task(desk.run())
    try:
        yield desk
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    deadline = asyncio.get_running_loop().time() + 5
    while not await holds():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)


async def test_a_tap_whose_card_may_lie_there_still_is_on_the_board_again(spool: Spool) -> None:
    left = tap(Stage.READ)
    await spool.begin(left)
    board = NotedBoard()
    async with desk_over(spool, board):
        await board.shows.wait()
        board.tap_changed(EARLIER)
        shown = board.snapshot().current["loket-1"]
    assert (shown.tap, shown.stage) == (str(left.id), "sent")


async def test_a_verdict_on_an_earlier_tap_than_the_last_does_not_stand_at_the_reader(spool: Spool) -> None:
    last = tap(Stage.ENDED)
    await spool.begin(last)
    board = NotedBoard()
    async with desk_over(spool, board):
        await board.told.wait()
        board.tap_changed(EARLIER)
        assert board.snapshot().current == {}
        assert [each.tap for each in board.snapshot().taps] == [EARLIER.tap]
        board.tap_changed(replace(EARLIER, tap=str(last.id), began=BEGAN))
        assert board.snapshot().current["loket-1"].tap == str(last.id)


@pytest.mark.parametrize(("minutes", "same"), [(None, True), (-1, True), (1, False)])
async def test_the_count_of_another_pcscd_does_not_make_another_card_the_same(
    spool: Spool, *, minutes: int | None, same: bool
) -> None:
    left = tap(Stage.READ)
    await spool.begin(left)
    since = None if minutes is None else BEGAN + timedelta(minutes=minutes)
    async with desk_over(spool, Board(), pcscd_since=since) as desk:
        desk.happened(Sighting("Ketuk 0 00 00", Presence.CARD, left.counter))
        desk.happened(Sighting("Ketuk 0 00 00", Presence.CARD, left.counter + 2))
        await until(lambda: has_read_the_card_of(spool, left.counter + 2))
    async with spool.waiting(10) as wires:
        said = [wire.routing_key.partition(".v1")[0] for wire in wires]
    assert said.count("card.presented") == (1 if same else 2)
    assert said.count("card.removed") == said.count("card.presented")


async def has_read_the_card_of(spool: Spool, counter: int) -> bool:
    now = await spool.unended("loket-1")
    return now is not None and (now.counter, now.stage) == (counter, Stage.READ)


@pytest.mark.parametrize(
    ("slots", "looked_for"),
    [(ReaderSlots(card="Ketuk 0 00 00"), None), (None, "loket-1")],
    ids=["on PC/SC", "terminal"],
)
async def test_a_tap_left_on_a_reader_that_is_not_there_now_ends(
    spool: Spool, slots: ReaderSlots | None, looked_for: str | None
) -> None:
    await spool.begin(tap(Stage.READ))
    board = NotedBoard()

    async def ended() -> bool:
        return await spool.unended(ASKED.reader) is None

    async with desk_over(spool, board) as desk:
        fleet = Fleet(
            readers={ASKED.reader: (slots, desk)},
            sams=Sams(wait_seconds=1),
            spool=spool,
            speaker=speaker(),
            board=board,
            count=lambda: 1,
        )
        dealing = asyncio.create_task(fleet.run())
        fleet.looked(reader=looked_for)
        await until(ended)
        dealing.cancel()


async def test_a_chip_check_that_a_restart_cut_short_is_no_answer_of_the_chip(
    spool: Spool,
) -> None:
    left = replace(tap(Stage.OPEN, counter=-1), presented=False)
    await spool.begin(left)

    async def ended() -> bool:
        return await spool.unended(ASKED.reader) is None

    async with desk_over(spool, Board()) as desk:
        desk.happened(Sighting("Ketuk 0 00 00", Presence.EMPTY, 1))
        await until(ended)
    async with spool.waiting(10) as wires:
        (wire,) = wires
    read = from_wire(
        message_id=wire.message_id, routing_key=wire.routing_key, headers=wire.headers, body=wire.body
    ).data
    assert isinstance(read, CardRead)
    content = Opener(keys=(KEY,)).open(
        read.evidence,
        sender="3372.kelurahan-jebres",
        identities=public_pem(KEY),
        sealed_at=from_timestamp(read.ended),
    )
    assert msgspec.json.decode(content, type=Evidence).answer == "removed"
