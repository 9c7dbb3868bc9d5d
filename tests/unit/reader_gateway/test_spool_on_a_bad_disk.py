"""A disk that is full, fails or holds rubbish ends no gateway, and takes nothing from it that it can keep."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs
from structlog.testing import capture_logs

from chassis.crypto.sealing import Sealer
from chassis.runtime.health import Degraded, Sick
from chassis.runtime.process import Refused
from dev.contract.examples import examples
from ketuk_events import catalogue
from ketuk_events.events import Wire, to_wire
from reader_gateway.bus import spool as module
from reader_gateway.bus.message_factory import Speaker
from reader_gateway.bus.spool import KEEP_TAPS, RESERVE_BYTES, Spool
from reader_gateway.counter.view_model import shown
from reader_gateway.desk.display_state import Board, BoardState
from reader_gateway.desk.tap_session import Desk
from reader_gateway.ktp.purpose_files import Needs
from reader_gateway.ktp.reading import NO_ANSWER, Reading
from reader_gateway.ports.card_reader import Presence, Sighting
from reader_gateway.tap.chip_notes import ChipNotes
from reader_gateway.tap.tap import Stage, Tap, new_tap_id
from tests.unit.reader_gateway.spool_on_small_disk import SmallDisk
from tests.unit.verification.given import asked

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
EXAMPLE = examples()[catalogue.CARD_PRESENTED]
ASKED = asked()
KEY = ec.generate_private_key(ec.SECP256R1())


def wire(number: int, *, size: int = 100) -> Wire:
    return structs.replace(to_wire(structs.replace(EXAMPLE, id=UUID(int=number))), body=bytes(size))


def tap(*, began: datetime = NOW, stage: Stage = Stage.OPEN) -> Tap:
    return Tap(id=new_tap_id(began), asked=ASKED, began=began, counter=3, stage=stage)


async def until(holds: Callable[[], bool]) -> None:
    deadline = asyncio.get_running_loop().time() + 30
    while not holds():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.sqlite"


@pytest.fixture
async def spool(path: Path) -> AsyncIterator[SmallDisk]:
    made = SmallDisk(path=path)
    await made.open()
    yield made
    await made.close()


async def test_what_a_full_disk_does_not_take_waits_for_room_and_is_kept_then(spool: SmallDisk) -> None:
    await spool.say(wire(1))
    await spool.no_room()
    saying = asyncio.create_task(spool.say(wire(2, size=100_000)))
    await until(lambda: not spool.pulse.is_up)
    with pytest.raises(Sick, match="the disk is full"):
        await spool.pulse.ping()
    async with spool.waiting(10) as waiting:
        assert waiting == [wire(1)]
    assert not saying.done()
    await spool.room()
    await saying
    assert spool.pulse.is_up
    async with spool.waiting(10) as waiting:
        assert waiting == [wire(2, size=100_000)]


async def test_a_full_disk_leaves_nothing_half_written(spool: SmallDisk) -> None:
    await spool.no_room()
    beginning = asyncio.create_task(spool.begin(begun := tap(), wire(1, size=100_000)))
    await until(lambda: not spool.pulse.is_up)
    assert not await spool.has_begun(str(begun.id))
    await spool.room()
    assert not await beginning, "the disk did not take it at once"
    assert await spool.has_begun(str(begun.id))
    assert await spool.begin(tap())


async def test_a_full_disk_takes_the_reserve_first_and_it_is_made_again(path: Path) -> None:
    reserve = path.with_name("spool.sqlite.reserve")
    spool = SmallDisk(path=path, tend_seconds=0.05)
    await spool.open()
    assert reserve.stat().st_blocks * 512 >= RESERVE_BYTES
    await spool.no_room()
    saying = asyncio.create_task(spool.say(wire(1, size=100_000)))
    await until(lambda: not spool.pulse.is_up)
    assert not reserve.exists()
    await spool.room()
    await saying
    with pytest.raises(Degraded, match="works on its reserve"):
        await spool.pulse.ping()
    stopping = asyncio.Event()
    tending = asyncio.create_task(spool.run(stopping))
    await until(reserve.exists)
    stopping.set()
    await tending
    await spool.pulse.ping()
    await spool.close()


def without_a_byte(path: Path) -> dict[str, object]:
    """What a process says of a spool while none of its files takes a byte, see `spool_on_small_disk`."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.unit.reader_gateway.spool_on_small_disk", path],
        check=True,
        capture_output=True,
        timeout=60,
    )
    said = json.loads(ended.stdout.splitlines()[-1])
    assert isinstance(said, dict)
    return said


async def test_a_gateway_starts_and_sends_what_waits_though_its_disk_takes_no_byte(path: Path) -> None:
    before = Spool(path=path)
    epoch = await before.open()
    wires = [wire(number) for number in (1, 2, 3)]
    await before.say(*wires)
    await before.close()
    said = await asyncio.to_thread(without_a_byte, path)
    first, second, third = (each.message_id for each in wires)
    now = said.pop("epoch")
    assert isinstance(now, int)
    assert now > epoch
    assert said == {
        "because": "the disk fails",
        "first": [first, second],
        "then": [third],
        "waiting": 0,
        "at_last": [],
        "up": True,
    }
    after = Spool(path=path)
    await after.open()
    assert (await after.backlog()).waiting == 0
    await after.close()


@pytest.fixture
def rubbish(path: Path) -> bytes:
    content = b"no database at all\n" * 1000
    path.write_bytes(content)
    return content


async def test_a_file_that_is_no_database_is_set_aside_with_one_line(path: Path, rubbish: bytes) -> None:
    spool = Spool(path=path)
    with capture_logs() as logs:
        await spool.open()
    await spool.say(wire(1))
    assert (await spool.backlog()).waiting == 1
    await spool.close()
    (aside,) = path.parent.glob("*.damaged-*")
    assert aside.read_bytes() == rubbish
    (line,) = logs
    assert (line["log_level"], line["file"]) == ("error", aside.name)


def test_a_file_of_whose_damage_sqlite_speaks_in_no_text_is_set_aside(path: Path) -> None:
    async def opened() -> None:
        await (await spool_opened(path)).close()

    asyncio.run(opened())
    damaged = path.read_bytes().replace(b"CREATE TABLE outbox", b"CREATE \xceABLE outbox")
    path.write_bytes(damaged)
    asyncio.run(opened())
    (aside,) = path.parent.glob("*.damaged-*")
    assert aside.read_bytes() == damaged


async def test_an_index_that_lost_its_rows_is_built_anew_and_what_waits_is_sent(path: Path) -> None:
    spool = Spool(path=path)
    await spool.open()
    await spool.say(*(wire(number) for number in range(3)))
    await spool.close()
    with closing(sqlite3.connect(path)) as file:
        ((page, size),) = file.execute(
            "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size "
            "WHERE name = 'sqlite_autoindex_outbox_1'"
        ).fetchall()
    with path.open("r+b") as raw:
        raw.seek((page - 1) * size + 3)
        raw.write(b"\0\0")  # so many rows it has (SQLite's file format, 1.6)
    with capture_logs() as logs:
        again = await spool_opened(path)
    assert [(line["log_level"], line["whole"]) for line in logs] == [("error", True)]
    assert (await again.backlog()).waiting == 3
    async with again.waiting(9) as given:
        assert given == [wire(number) for number in range(3)]
    assert (await again.backlog()).waiting == 0
    await again.close()


async def test_a_row_of_another_version_costs_the_others_nothing(path: Path) -> None:
    spool = Spool(path=path)
    await spool.open()
    await spool.say(wire(1))
    await spool.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("INSERT INTO keys VALUES ('x', '{}')")
    again = await spool_opened(path)
    with pytest.raises(msgspec.ValidationError):
        await again.keys()
    assert (await again.backlog()).waiting == 1
    await again.close()
    assert list(path.parent.glob("*.damaged-*")) == []


def replace_in(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert content.count(old) > 1, "in its row and in the index"
    path.write_bytes(content.replace(old, new))


async def test_a_message_that_stands_twice_is_sent_once(path: Path) -> None:
    spool = Spool(path=path)
    await spool.open()
    await spool.say(*(wire(number) for number in range(2)))
    await spool.close()
    replace_in(path, wire(1).message_id.encode(), wire(0).message_id.encode())
    again = await spool_opened(path)
    assert (await again.backlog()).waiting == 1
    async with again.waiting(9) as given:
        assert [each.message_id for each in given] == [wire(0).message_id]
    assert (await again.backlog()).waiting == 0
    await again.close()


@pytest.mark.parametrize("headers", ["'{'", "CAST(x'7be57d' AS TEXT)"], ids=["no JSON", "no text"])
async def test_a_row_that_is_not_what_was_written_is_damage_and_the_next_start_begins_anew(
    path: Path, headers: str
) -> None:
    spool = Spool(path=path)
    await spool.open()
    await spool.say(wire(1))
    await spool.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute(f"UPDATE outbox SET headers = {headers}")  # noqa: S608  a literal of this test
    first = await spool_opened(path)
    with capture_logs() as logs, pytest.raises((sqlite3.DatabaseError, UnicodeDecodeError)):
        async with first.waiting(9):
            """Nothing is given."""
    assert [line["log_level"] for line in logs] == ["error"]
    await first.close()
    again = await spool_opened(path)
    assert (await again.backlog()).waiting == 0
    await again.close()


async def test_a_file_found_damaged_while_it_is_used_is_set_aside_for_the_next_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as though it were damaged after the look at the start
    monkeypatch.setattr(module, "_is_whole", lambda _: True)
    spool = Spool(path=path)
    await spool.open()
    await spool.say(*(wire(number) for number in range(20)))
    await spool.close()
    with closing(sqlite3.connect(path)) as file:
        ((page, size),) = file.execute(
            "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = 'outbox'"
        ).fetchall()
    with path.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xa5" * size)
    first = await spool_opened(path)
    with capture_logs() as logs, pytest.raises(sqlite3.DatabaseError):
        await first.backlog()
    assert [line["log_level"] for line in logs] == ["error"]
    await first.close()
    again = await spool_opened(path)
    assert (await again.backlog()).waiting == 0
    await again.close()
    assert len(list(path.parent.glob("*.damaged-*"))) == 1


async def spool_opened(path: Path) -> Spool:
    spool = Spool(path=path)
    await spool.open()
    return spool


async def test_a_folder_that_may_not_be_made_ends_the_start_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match=r"KETUK_SPOOL: .*: Not a directory"):
        await Spool(path=tmp_path / "file" / "below" / "spool.sqlite").open()


async def test_taps_that_ended_long_ago_are_removed_while_the_gateway_runs(path: Path) -> None:
    spool = Spool(path=path, tend_seconds=0.05)
    await spool.open()
    old = datetime.now(UTC) - KEEP_TAPS - timedelta(hours=1)
    ended, is_open, young = (
        tap(began=old, stage=Stage.ENDED),
        tap(began=old),
        tap(began=datetime.now(UTC), stage=Stage.ENDED),
    )
    for each in (ended, is_open, young):
        await spool.begin(each)
    stopping = asyncio.Event()
    tending = asyncio.create_task(spool.run(stopping))
    deadline = asyncio.get_running_loop().time() + 30
    while await spool.has_begun(str(ended.id)):
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)
    assert await spool.has_begun(str(is_open.id))
    assert await spool.has_begun(str(young.id))
    stopping.set()
    await tending
    await spool.close()


async def test_no_more_than_the_last_start_is_kept(path: Path) -> None:
    for _ in range(3):
        await (await spool_opened(path)).close()
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT count(*) FROM starts").fetchone() == (1,)


async def test_the_spool_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "made" / "spool.sqlite"
    spool = await spool_opened(path)
    await spool.say(wire(1))
    assert path.parent.stat().st_mode & 0o777 == 0o700
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert modes == dict.fromkeys(("spool.sqlite", "spool.sqlite-wal", "spool.sqlite.reserve"), 0o600)
    await spool.close()
    path.chmod(0o644)
    await (await spool_opened(path)).close()
    assert path.stat().st_mode & 0o777 == 0o600


async def test_the_spools_own_connection_waits_for_the_disk_at_each_commit(spool: SmallDisk) -> None:
    assert (await spool.setting("synchronous"), await spool.setting("journal_mode")) == (2, "wal")


class Reads:
    """A reader that reads whatever card lies there, and remembers for which sighting."""

    def __init__(self) -> None:
        self.read_for: list[int] = []

    async def read(self, sighting: Sighting, *, needs: Needs) -> Reading:
        self.read_for.append(sighting.counter)
        return replace(NO_ANSWER, answer="ktp-el" if needs.sam else "other")


async def test_of_the_cards_laid_while_the_disk_is_full_only_the_one_that_lies_there_is_read(
    spool: SmallDisk,
) -> None:
    desk = Desk(
        asked=lambda: ASKED,
        spool=spool,
        speaker=Speaker(
            region=ASKED.region,
            gateway=ASKED.gateway,
            epoch=1,
            sealer=Sealer(sender="3372.loket", identity=KEY, recipient=KEY.public_key()),
        ),
        board=(board := Board()),
        reader=(reader := Reads()),
        matcher=None,
        chip_notes=ChipNotes(),
        answer_seconds=1.0,
        tapped=lambda _tap, _answer: None,
        pcscd_since=lambda: None,
    )
    await spool.no_room()
    for size in (1000, 1):
        await spool.fill(wire(size * 1000 + number, size=size) for number in range(100))
    running = asyncio.create_task(desk.run())
    desk.happened(Sighting("slot", Presence.CARD, 1))
    await spool.begins.wait()
    for counter in range(2, 8, 2):
        desk.happened(Sighting("slot", Presence.EMPTY, counter))
        desk.happened(Sighting("slot", Presence.CARD, counter + 1))
    assert reader.read_for == []
    await spool.room()
    await until(lambda: reader.read_for != [])
    running.cancel()
    await asyncio.wait([running])
    assert reader.read_for == [7]
    assert len(board.snapshot().taps) == 2, (
        "the one that was there when it filled up, and the one that is now"
    )


def test_the_officers_page_says_that_taps_are_not_kept() -> None:
    for keeps in (True, False):
        state = shown(BoardState(), language="id", purpose="record", chip_notes=ChipNotes(), keeps=keeps)
        assert state.keeps is keeps
