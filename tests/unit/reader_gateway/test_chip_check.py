"""The officer's button on a desk whose reader sees no card; what cards say needs a real pcscd."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.crypto.sealing import Opener, Sealer
from dev.contract.examples import examples
from dev.stack.secret_files import public_pem
from ketuk_events import catalogue
from ketuk_events.asked import Asked
from ketuk_events.events import from_wire
from ketuk_events.evidence import ChipNote, Evidence
from ketuk_events.names import from_timestamp
from ketuk_events.taps import CardPresented, CardRead
from reader_gateway.bus.message_factory import Speaker
from reader_gateway.bus.spool import Spool
from reader_gateway.desk.display_state import Board
from reader_gateway.desk.tap_session import PROOF_HOLDS, ChipCheckAsked, Desk
from reader_gateway.ktp.purpose_files import Needs
from reader_gateway.ktp.reading import Reading
from reader_gateway.ports.card_reader import Presence, Sighting, SlotSilent
from reader_gateway.tap.chip_notes import ChipNotes
from reader_gateway.tap.tap import Stage, Tap, new_tap_id

EXAMPLE = examples()[catalogue.CARD_PRESENTED].data
assert isinstance(EXAMPLE, CardPresented)
ASKED: Asked = EXAMPLE.asked
IDENTITY, KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
SPEAKER = Speaker(
    region=ASKED.region,
    gateway=ASKED.gateway,
    epoch=1,
    sealer=Sealer(sender="3372.loket", identity=IDENTITY, recipient=KEY.public_key()),
)
ANSWERS_WITHIN = 0.2
EMPTY = Sighting("slot", Presence.EMPTY, 1)
GONE = Sighting("slot", Presence.GONE, 0)


class Silent:
    """A reader to which no card ever says anything; `asked` is set when one is asked."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def read(self, sighting: Sighting, *, needs: Needs) -> Reading:
        self.asked.set()
        raise SlotSilent(sighting.slot, needs)


@dataclass
class Counter:
    desk: Desk
    spool: Spool
    notes: ChipNotes
    reader: Silent
    told: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def check(self) -> Evidence:
        """Press the button, and see what goes on its way."""
        self.desk.happened(ChipCheckAsked())
        await self.told.get()
        return await self.sent()

    async def sent(self) -> Evidence:
        async with self.spool.waiting(10) as wires:
            wire = wires[-1]
        event = from_wire(
            message_id=wire.message_id, routing_key=wire.routing_key, headers=wire.headers, body=wire.body
        )
        assert isinstance(event.data, CardRead)
        content = Opener(keys=(KEY,)).open(
            event.data.evidence,
            sender="3372.loket",
            identities=public_pem(IDENTITY),
            sealed_at=from_timestamp(event.data.ended),
        )
        return msgspec.json.decode(content, type=Evidence)

    async def proven(self, ago: timedelta) -> None:
        now = datetime.now(UTC)
        tap = Tap(id=new_tap_id(now), asked=ASKED, began=now, counter=1, stage=Stage.ENDED)
        await self.spool.begin(tap)
        await self.spool.advance(tap, proof=now - ago)


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    spool, notes = Spool(path=tmp_path / "spool.sqlite"), ChipNotes()
    await spool.open()
    told: asyncio.Queue[str] = asyncio.Queue()
    desk = Desk(
        asked=lambda: ASKED,
        spool=spool,
        speaker=SPEAKER,
        board=Board(),
        reader=(reader := Silent()),
        matcher=None,
        chip_notes=notes,
        answer_seconds=ANSWERS_WITHIN,
        tapped=lambda _, answer: told.put_nowait(answer),
        pcscd_since=lambda: None,
    )
    running = asyncio.create_task(desk.run())
    desk.happened(EMPTY)
    yield Counter(desk=desk, spool=spool, notes=notes, reader=reader, told=told)
    running.cancel()
    await asyncio.wait([running])
    await spool.close()


async def test_a_chip_that_never_enters_the_field_is_a_tap_for_a_chip_check(counter: Counter) -> None:
    evidence = await counter.check()
    assert (evidence.answer, evidence.reader_proven, evidence.files) == ("none", False, ())
    assert evidence.asked == msgspec.structs.replace(ASKED, purpose="chip-check")


async def test_a_reader_that_read_a_card_within_ten_minutes_is_proven(counter: Counter) -> None:
    await counter.proven(PROOF_HOLDS - timedelta(seconds=10))
    assert (await counter.check()).reader_proven
    await counter.proven(PROOF_HOLDS + timedelta(seconds=10))
    assert not (await counter.check()).reader_proven


async def test_a_reader_that_is_unplugged_while_it_waits_blames_no_chip(counter: Counter) -> None:
    await counter.proven(timedelta())
    counter.desk.happened(ChipCheckAsked())
    counter.desk.happened(GONE)
    await counter.told.get()
    assert (await counter.sent()).answer == "reader-gone"


async def test_a_button_of_a_reader_that_is_not_there_blames_no_chip(counter: Counter) -> None:
    await counter.proven(timedelta())
    counter.desk.happened(GONE)
    assert (await counter.check()).answer == "reader-gone"
    counter.desk.happened(replace(EMPTY, counter=3))
    assert (await counter.check()).answer == "none"


async def test_the_note_travels_with_the_check_and_with_no_other(counter: Counter) -> None:
    await counter.proven(timedelta())
    counter.notes.note(cause="stapled", second=False)
    first = await counter.check()
    assert first.chip == ChipNote(cause="stapled")
    counter.notes.note(cause="photocopied", second=True)
    assert (await counter.check()).chip == ChipNote(cause="photocopied", before=first.tap)
    assert (await counter.check()).chip == ChipNote()


async def test_a_check_that_told_nothing_keeps_its_note_for_the_next_one(counter: Counter) -> None:
    counter.notes.note(cause="photocopied", second=False)
    assert (await counter.check()).chip == ChipNote(cause="photocopied")
    assert not counter.notes.has_first
    await counter.proven(timedelta())
    assert (await counter.check()).chip == ChipNote(cause="photocopied")
    assert (await counter.check()).chip == ChipNote()


async def test_a_button_that_is_pressed_while_a_silent_card_is_asked_does_not_lift_it(
    counter: Counter,
) -> None:
    counter.desk.happened(replace(EMPTY, presence=Presence.CARD, counter=2))
    await counter.reader.asked.wait()
    counter.desk.happened(ChipCheckAsked())
    await counter.told.get()
    assert (await counter.sent()).answer == "none"
