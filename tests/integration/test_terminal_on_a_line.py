"""The driver of KTP-el terminals with a simulated one on a real pseudo-terminal."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from reader_gateway.ktp.purpose_files import NEEDS
from reader_gateway.ktp.reading import LEFT
from reader_gateway.ports.card_reader import Presence, Sighting, SlotGone
from reader_gateway.ports.fingerprint_match import MatcherAway, Touch
from reader_gateway.terminal import driver
from reader_gateway.terminal import reading as words
from reader_gateway.terminal.codes import States
from reader_gateway.terminal.dialogue import poll
from reader_gateway.terminal.driver import Terminal
from reader_gateway.terminal.reading import Operator
from reader_gateway.terminal.serial_port import Line
from simulator.serial_terminal import LONG_WORDS, Fault, Finger, LaidCard, SerialTerminal, laid_card
from tests.integration.chassis.conftest import until
from tests.support.bounds import BOUND_SECONDS

FIRST = 1 << 32
OPERATOR = Operator(name="petugas", nik="3372994101800001")
CARD = laid_card(1, seed=1)
RECORD = NEEDS["record"]


@dataclass
class Counter:
    """A gateway's driver, and the terminal at its port."""

    folder: Path
    simulated: SerialTerminal = field(default_factory=SerialTerminal)
    sightings: list[Sighting] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._news = asyncio.Event()
        self.driver = self.new_driver()

    def new_driver(self) -> Terminal:
        return Terminal(
            pattern=str(self.folder / "terminal-*"),
            operator=OPERATOR,
            first=FIRST,
            loop=asyncio.get_running_loop(),
            seen=self._saw,
            looked=lambda: None,
        )

    def plug(self, name: str = "terminal-1") -> None:
        self.simulated.plug(self.folder / name)

    async def until(self, presence: Presence) -> Sighting:
        """Wait until this is what was seen last."""
        return await self.until_last(lambda last: last.presence is presence)

    async def until_last(self, holds: Callable[[Sighting], bool]) -> Sighting:
        async with asyncio.timeout(BOUND_SECONDS):
            while not (self.sightings and holds(self.sightings[-1])):
                self._news.clear()
                await self._news.wait()
        return self.sightings[-1]

    def seen(self) -> list[Presence]:
        return [sighting.presence for sighting in self.sightings]

    async def heard(self, verb: str, *, after: int = 0) -> None:
        """Wait until the terminal was asked for something."""

        async def was_asked() -> bool:
            return verb in {request[0] for request in self.simulated.heard[after:]}

        await until(was_asked, what=verb)

    def _saw(self, sighting: Sighting) -> None:
        self.sightings.append(sighting)
        self._news.set()


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    counter = Counter(tmp_path)
    counter.driver.start()
    yield counter
    await counter.driver.stop()
    counter.simulated.unplug()


@pytest.fixture
def _short_finger(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that waits for a finger no longer than a test does."""
    monkeypatch.setattr(words, "FINGER_SECONDS", 1)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def laid(counter: Counter, card: LaidCard = CARD) -> Sighting:
    counter.plug()
    await counter.until(Presence.EMPTY)
    counter.simulated.lay(card)
    return await counter.until(Presence.CARD if card.readable else Presence.MUTE)


async def test_a_card_that_is_laid_on_a_terminal_is_seen_read_and_seen_to_leave(counter: Counter) -> None:
    sighting = await laid(counter)
    assert sighting.slot == f"Ketuk-Terminal SIM0001 1.0 {counter.folder / 'terminal-1'}"
    reading = await counter.driver.read(sighting, needs=RECORD)
    assert (reading.answer, reading.authentication.code) == ("ktp-el", "terminal-says")
    assert reading.biodata == CARD.text
    assert ("demog", "15", "petugas", "3372994101800001") in counter.simulated.heard
    counter.simulated.lift()
    await counter.until(Presence.EMPTY)
    assert counter.seen() == [Presence.EMPTY, Presence.CARD, Presence.EMPTY]
    counters = [sighting.counter for sighting in counter.sightings]
    assert counters == sorted(set(counters))
    assert counters[0] > FIRST


async def test_a_terminal_whose_firmware_has_longer_words_is_understood(counter: Counter) -> None:
    counter.simulated.words = LONG_WORDS
    assert (await laid(counter)).presence is Presence.CARD


async def test_a_card_on_which_a_terminal_fails_is_seen_and_told_as_the_terminals_error(
    counter: Counter,
) -> None:
    sighting = await laid(counter, LaidCard(readable=False))
    assert (await counter.driver.read(sighting, needs=RECORD)).answer == "terminal-error"
    counter.simulated.lift()
    await counter.until(Presence.EMPTY)
    assert counter.seen() == [Presence.EMPTY, Presence.MUTE, Presence.EMPTY]


@pytest.mark.parametrize("errs", ["at a card", "at every put"])
async def test_a_terminal_that_errs_instead_of_waiting_for_a_card_is_not_asked_without_pause(
    counter: Counter, errs: str
) -> None:
    if errs == "at a card":
        await laid(counter, LaidCard(readable=False))
    else:
        counter.simulated.faults["put"] = Fault(payload=b"error,x")
        counter.simulated.lay(CARD)
        counter.plug()
        await counter.until(Presence.EMPTY)
    before = len(counter.simulated.heard)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.sleep(1.0)  # it is about how often it is asked in a time
    puts = [request[0] for request in counter.simulated.heard[before:]].count("put")
    assert 1 <= puts <= 1 + (loop.time() - began) / 0.25


async def test_a_terminal_that_is_unplugged_and_plugged_under_another_name_comes_back(
    counter: Counter,
) -> None:
    before = await laid(counter)
    counter.simulated.unplug()
    gone = await counter.until(Presence.GONE)
    assert gone.slot == before.slot
    with pytest.raises(SlotGone):
        await counter.driver.read(before, needs=RECORD)
    with pytest.raises(MatcherAway):
        await counter.driver.touch((b"2",))
    counter.plug("terminal-7")
    again = await counter.until(Presence.CARD)
    assert again.slot.endswith("terminal-7")
    assert (await counter.driver.read(again, needs=RECORD)).biodata == CARD.text
    assert counter.seen()[1:] == [Presence.CARD, Presence.GONE, Presence.EMPTY, Presence.CARD]


async def test_a_terminal_that_is_unplugged_in_mid_reading_is_said_to_have_gone(counter: Counter) -> None:
    counter.simulated.faults["demog"] = Fault(delay=60)
    sighting = await laid(counter)
    reading = asyncio.create_task(counter.driver.read(sighting, needs=RECORD))
    await counter.heard("demog")
    waiting = asyncio.create_task(counter.driver.read(sighting, needs=RECORD))
    await asyncio.sleep(0)
    counter.simulated.unplug()
    assert (await reading).answer == "reader-gone"
    with pytest.raises(SlotGone):
        await waiting
    await counter.until(Presence.GONE)


async def test_a_terminal_that_stops_in_the_midst_of_an_answer_is_lost_and_served_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "DEMOG_SECONDS", 0)
    sighting = await laid(counter)
    counter.simulated.faults["demog"] = Fault(cut_at=20)
    reading = await counter.driver.read(sighting, needs=RECORD)
    assert (reading.answer, reading.authentication.code) == ("ktp-el", "terminal-hangs")
    assert reading.biodata is None
    await counter.until(Presence.GONE)
    counter.simulated.faults.clear()
    again = await counter.until(Presence.CARD)
    # nothing of the answer that was broken off is in the next one
    assert (await counter.driver.read(again, needs=RECORD)).biodata == CARD.text


async def test_a_stray_answer_before_a_question_is_not_the_answer_to_it(tmp_path: Path) -> None:
    simulated = SerialTerminal()
    simulated.plug(tmp_path / "terminal")
    simulated.is_open = True
    try:
        with Line(str(tmp_path / "terminal")) as line:
            await simulated.blurt(b"$poll#0,34,35,0#;")
            states = await asyncio.to_thread(line.carry_out, poll())
            assert states == States(reader=0, card=0, finger=0, device=0)
            simulated.faults["poll"] = Fault(before=b"$open#0#;$finger#Y#;")
            assert await asyncio.to_thread(line.carry_out, poll()) == states
    finally:
        simulated.unplug()


async def test_noise_on_the_line_harms_no_answer(counter: Counter) -> None:
    noise = bytes(range(256)) + b"$demog#" + b"$poll#0,34"
    for verb in ("ack", "open", "info", "poll", "put", "demog"):
        counter.simulated.faults[verb] = Fault(before=noise, after=b"\xff;$poll#0,0,0,0#;$x#")
    sighting = await laid(counter)
    assert (await counter.driver.read(sighting, needs=RECORD)).biodata == CARD.text
    assert counter.seen() == [Presence.EMPTY, Presence.CARD]


async def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one(counter: Counter) -> None:
    sighting = await laid(counter)
    counter.simulated.faults["poll"] = Fault(delay=2.5)
    assert (await counter.driver.read(sighting, needs=RECORD)).answer == "terminal-hangs"
    counter.simulated.faults.clear()
    again = await counter.until_last(
        lambda last: last.presence is Presence.CARD and last.counter > sighting.counter
    )
    assert (await counter.driver.read(again, needs=RECORD)).biodata == CARD.text


async def test_a_device_at_the_port_that_is_no_terminal_is_left_alone(counter: Counter) -> None:
    counter.simulated.faults["ack"] = Fault(payload=b"error")
    counter.plug()
    await counter.heard("ack")
    await counter.heard("ack", after=len(counter.simulated.heard))
    assert {request[0] for request in counter.simulated.heard} == {"ack"}
    assert counter.sightings == []
    counter.simulated.faults.clear()
    await counter.until(Presence.EMPTY)


async def test_a_terminal_that_an_earlier_process_left_open_is_reset(counter: Counter) -> None:
    counter.plug()
    counter.simulated.is_open = True
    await counter.until(Presence.EMPTY)
    assert [request[0] for request in counter.simulated.heard[:5]] == ["ack", "open", "reset", "open", "info"]


async def test_a_terminal_that_says_it_is_not_open_is_opened_again(counter: Counter) -> None:
    await laid(counter)
    counter.simulated.is_open = False
    await counter.until(Presence.GONE)
    await counter.until(Presence.CARD)


async def test_a_card_that_was_changed_since_it_was_seen_is_not_read_for_the_other_tap(
    counter: Counter,
) -> None:
    sighting = await laid(counter)
    asked = len(counter.simulated.heard)
    assert await counter.driver.read(replace(sighting, counter=sighting.counter - 1), needs=RECORD) == LEFT
    assert "demog" not in {request[0] for request in counter.simulated.heard[asked:]}


@pytest.mark.usefixtures("_short_finger")
async def test_fingers_are_compared_in_the_terminal_and_each_outcome_is_told_apart(counter: Counter) -> None:
    sighting = await laid(counter)
    fingers = (await counter.driver.read(sighting, needs=NEEDS["identify"])).fingers
    assert fingers == (b"2", b"7")
    counter.simulated.touch(Finger.OTHERS)
    assert await counter.driver.touch(fingers) is Touch.NO_MATCH
    counter.simulated.touch(Finger.HOLDERS)
    assert await counter.driver.touch(fingers) is Touch.TERMINAL_SAYS
    assert await counter.driver.touch(fingers) is Touch.ABSENT
    counter.simulated.faults["finger"] = Fault(payload=b"-1")
    counter.simulated.touch(Finger.OTHERS)
    assert await counter.driver.touch(fingers) is Touch.NO_MATCH
    counter.simulated.touch(Finger.HOLDERS)
    with pytest.raises(MatcherAway):
        await counter.driver.touch(fingers)
    assert ("finger", "1", "2,7", "petugas", "3372994101800001", "TEMPELKAN JARI") in counter.simulated.heard


async def test_a_terminal_that_is_told_to_stop_is_closed_and_that_is_no_news(counter: Counter) -> None:
    await laid(counter)
    told = list(counter.sightings)
    await counter.driver.stop()
    await counter.heard("close")
    assert counter.sightings == told


async def test_two_readers_of_one_pattern_share_no_port(counter: Counter, tmp_path: Path) -> None:
    counter.plug()
    await counter.until(Presence.EMPTY)
    other = Counter(tmp_path)
    other.driver.start()
    try:
        other.plug("terminal-2")
        await other.until(Presence.EMPTY)
        assert other.sightings[-1].slot.endswith("terminal-2")
        assert counter.sightings[-1].slot.endswith("terminal-1")
        assert counter.seen() == [Presence.EMPTY]
        assert counter.simulated.heard.count(("ack",)) == 1
    finally:
        await other.driver.stop()
        other.simulated.unplug()


async def test_a_terminal_that_comes_and_goes_many_times_leaks_nothing(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "_AGAIN_SECONDS", 0.05)  # it is about how often it comes, not how fast
    counter.plug()
    await counter.until(Presence.EMPTY)
    before = open_files()
    for number in range(20):
        counter.simulated.unplug()
        await counter.until(Presence.GONE)
        counter.plug(f"terminal-{number}")
        await counter.until(Presence.EMPTY)
    assert counter.seen().count(Presence.GONE) == 20
    assert counter.seen().count(Presence.EMPTY) == 21
    assert open_files() == before


async def test_a_terminal_that_fails_at_every_question_is_asked_less_and_less_often(counter: Counter) -> None:
    counter.simulated.faults["put"] = Fault(payload=b"error,x")
    counter.simulated.faults["poll"] = Fault(payload=b"?")
    counter.simulated.lay(CARD)
    counter.plug()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await counter.until_last(lambda _: counter.seen().count(Presence.GONE) == 3)
    assert loop.time() - began >= 3.0  # 1 s and 2 s
    counter.simulated.faults.clear()
    await counter.until(Presence.CARD)


async def test_a_terminal_that_babbles_without_end_is_lost(counter: Counter) -> None:
    await laid(counter)
    counter.simulated.faults["poll"] = Fault(before=b"$demog#x;" * 200_000, cut_at=0)
    await counter.until(Presence.GONE)
    counter.simulated.faults.clear()
    await counter.until(Presence.CARD)
