import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from dev.contract.examples import examples
from ketuk_events import catalogue
from ketuk_events.events import Wire, to_wire
from ketuk_events.taps import CardPresented
from reader_gateway.bus.spool import Spool
from reader_gateway.tap.tap import Stage, Tap, new_tap_id

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
EXAMPLE = examples()[catalogue.CARD_PRESENTED]


def wire(number: int) -> Wire:

    return to_wire(replace(EXAMPLE, id=UUID(int=number)))


def tap(stage: Stage = Stage.OPEN) -> Tap:
    assert isinstance(EXAMPLE.data, CardPresented)
    return Tap(id=UUID(EXAMPLE.data.tap), asked=EXAMPLE.data.asked, began=NOW, counter=3, stage=stage)


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    made = Spool(path=tmp_path / "spool.sqlite")
    await made.open()
    yield made
    await made.close()


async def test_a_block_that_ends_well_removes_its_messages_for_good(spool: Spool) -> None:
    await spool.say(wire(1), wire(2), wire(3))
    async with spool.waiting(2) as first:
        assert first == [wire(1), wire(2)]
    async with spool.waiting(2) as rest:
        assert rest == [wire(3)]
    assert (await spool.backlog()).waiting == 0


async def test_what_a_block_takes_out_of_its_messages_stays(spool: Spool) -> None:
    await spool.say(wire(1), wire(2), wire(3))
    async with spool.waiting(10) as waiting:
        waiting.remove(wire(2))
    async with spool.waiting(10) as rest:
        assert rest == [wire(2)]


async def test_messages_with_a_routing_key_that_is_passed_over_stay_behind_the_others(spool: Spool) -> None:
    other = replace(wire(2), routing_key="card.read.v1.3372.x")
    await spool.say(wire(1), other, wire(3))
    async with spool.waiting(10, but={wire(1).routing_key}) as waiting:
        assert waiting == [other]
    assert (await spool.backlog()).waiting == 2


async def test_the_spool_knows_which_taps_began_here(spool: Spool) -> None:
    await spool.begin(tap())
    assert await spool.has_begun(str(tap().id))
    assert not await spool.has_begun(str(new_tap_id(NOW)))


async def test_a_block_that_fails_removes_nothing(spool: Spool) -> None:
    async def send() -> None:
        async with spool.waiting(10):
            raise ConnectionResetError

    await spool.say(wire(1))
    with pytest.raises(ConnectionResetError):
        await send()
    assert (await spool.backlog()).waiting == 1


async def test_a_message_that_waits_already_is_not_added_again(spool: Spool) -> None:
    await spool.say(wire(1))
    await spool.say(wire(1))
    assert (await spool.backlog()).waiting == 1


async def test_a_tap_and_what_is_said_of_it_are_stored_together_or_not_at_all(spool: Spool) -> None:
    await spool.begin(tap(), wire(1))
    with pytest.raises(sqlite3.IntegrityError):
        await spool.begin(tap(), wire(2))
    async with spool.waiting(10) as waiting:
        assert waiting == [wire(1)]


async def test_a_restart_finds_the_tap_that_had_not_ended(tmp_path: Path) -> None:
    before = Spool(path=tmp_path / "spool.sqlite")
    first = await before.open()
    await before.begin(tap(), wire(1))
    await before.advance(tap(Stage.READ), wire(2), proof=NOW)
    await before.close()
    after = Spool(path=tmp_path / "spool.sqlite")
    assert await after.open() > first
    assert await after.unended("loket-1") == tap(Stage.READ)
    assert await after.proven_since("loket-1") == NOW
    assert (await after.backlog()).waiting == 2
    await after.advance(tap(Stage.ENDED))
    assert await after.unended("loket-1") is None
    await after.close()


async def test_a_start_on_a_new_disk_counts_above_all_that_were_before(tmp_path: Path) -> None:
    epochs = []
    began = int(datetime.now(UTC).timestamp())
    for name in ("lost.sqlite", "lost.sqlite", "new.sqlite"):
        spool = Spool(path=tmp_path / name)
        epochs.append(await spool.open())
        await spool.close()
    first, second, anew = epochs
    assert began <= first < second
    # two starts within a second are all that a new disk may be behind
    assert began <= anew <= int(datetime.now(UTC).timestamp())


async def test_a_clock_that_was_set_back_repeats_no_start(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path=path)
    await spool.open()
    await spool.close()
    ahead = 2**40
    with closing(sqlite3.connect(path)) as file:
        file.execute("INSERT INTO starts VALUES (?, ?)", (ahead, NOW.isoformat()))
        file.commit()
    again = Spool(path=path)
    assert await again.open() == ahead + 1
    await again.close()


def test_a_tap_id_is_a_uuid_of_version_7_that_tells_its_time() -> None:
    made = new_tap_id(NOW)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(NOW.timestamp() * 1000)
    assert made != new_tap_id(NOW)
