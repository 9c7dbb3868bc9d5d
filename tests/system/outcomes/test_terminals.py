"""What a KTP-el terminal on a serial line can say or do; after each bad thing the next citizen is served."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import aio_pika
import aiohttp
import pytest

from simulator.kinds import Kind
from simulator.serial_terminal import Fault, Finger, LaidCard, SerialTerminal
from tests.support.bounds import BOUND_SECONDS
from tests.system.outcomes.counter import Hearing, lines
from tests.system.outcomes.house import OPERATOR_NIK, House
from tests.system.outcomes.told import NO_SESSION, NOTHING_READ, Told, came_to

BY_WORD = ("chip.readable/terminal-says", "card.authentic/terminal-says", "card.status/no-uid")
"""What a terminal vouches for, and what it cannot."""
VOUCHED = came_to("inconclusive", "data.signed/not-told", *BY_WORD)
NOTHING_GIVEN = (*NO_SESSION, "data.signed/not-told", "card.status/not-reached")
"""What follows where a terminal sees a KTP-el and gives no biodata."""


class TerminalCounter(Hearing):
    """One counter with a terminal, in the hands of a test."""

    def __init__(
        self, *, house: House, verdicts: aio_pika.abc.AbstractQueue, session: aiohttp.ClientSession
    ) -> None:
        super().__init__(house=house, verdicts=verdicts, session=session)
        self.terminal = SerialTerminal()

    async def plug(self, name: str = "terminal-1") -> None:
        """The terminal stands at a port, and the gateway has found it there."""
        self.terminal.plug(self.house.stack.folder / name)
        await until(lambda: self.terminal.is_open)
        await self.is_free()

    async def tap(self, card: LaidCard) -> Told:
        """Lay a card on it and lift it when its verdict has been heard; returns what that said."""
        self.terminal.lay(card)
        told = await self.hears()
        self.terminal.lift()
        await self.is_free()
        return told

    async def asks(self, verb: str, *, times: int = 1) -> None:
        """Wait until the gateway has asked the terminal for something so often in this test."""
        await until(lambda: self.asked(verb) >= times)

    def asked(self, verb: str) -> int:
        """How often it has."""
        return [request[0] for request in self.terminal.heard].count(verb)

    async def is_free(self) -> None:
        """The page waits for a card."""
        await self.page_says(lambda page: bool(page["readers"][0]["can_check"]))

    async def serves_the_next(self) -> None:
        """The terminal vouches for the next citizen's card."""
        self.terminal.faults.clear()
        await self.choose("record")
        assert await self.tap(self.house.laid(Kind.TYPE_B)) == VOUCHED


@pytest.fixture
async def counter(house: House) -> AsyncIterator[TerminalCounter]:
    port = f"{house.stack.folder}/terminal-*"
    house.have_gateway(
        READERS=json.dumps({"loket-1": {"terminal": port}}), TERMINAL_OPERATOR_NIK=OPERATOR_NIK
    )
    async with lines(house) as (verdicts, session):
        counter = TerminalCounter(house=house, verdicts=verdicts, session=session)
        try:
            await counter.plug()
            await counter.choose("record")
            yield counter
            assert await counter.hears_nothing_more()
        finally:
            counter.terminal.unplug()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(BOUND_SECONDS):
        held = holds()
        while not held:
            await asyncio.sleep(0.02)
            held = holds()


@pytest.mark.parametrize("purpose", ["identify", "activate"])
async def test_a_terminal_vouches_for_card_and_holder_and_proves_neither(
    counter: TerminalCounter, purpose: str
) -> None:
    await counter.choose(purpose)
    counter.terminal.touch(Finger.HOLDERS)
    vouched = came_to("inconclusive", "data.signed/not-told", *BY_WORD, "holder.matches/terminal-says")
    assert await counter.tap(counter.house.laid(Kind.HEALTHY)) == vouched
    await counter.serves_the_next()


async def test_a_holder_whom_a_terminal_does_not_know_in_four_tries_is_refused(
    counter: TerminalCounter,
) -> None:
    await counter.choose("identify")
    tapping = asyncio.create_task(counter.tap(counter.house.laid(Kind.HEALTHY)))
    for touches in range(1, 5):
        await counter.asks("finger", times=touches)
        counter.terminal.touch(Finger.OTHERS)
    assert await tapping == came_to(
        "refused", "holder.matches/tries-used-up", "data.signed/not-told", *BY_WORD
    )
    await counter.serves_the_next()


async def test_of_a_chip_check_a_terminal_tells_too_little(counter: TerminalCounter) -> None:
    await counter.choose("chip-check")
    assert await counter.tap(counter.house.laid(Kind.HEALTHY)) == came_to(
        "inconclusive", "chip.readable/not-told", *NOTHING_GIVEN
    )
    await counter.serves_the_next()


async def test_a_chip_that_no_terminal_sees_is_dead_where_it_gave_biodata_before(
    counter: TerminalCounter,
) -> None:
    await counter.serves_the_next()
    await counter.check_chip()
    assert await counter.hears() == came_to("refused", "chip.answers/no-answer", *NOTHING_READ)
    await counter.serves_the_next()


async def test_a_card_on_which_a_terminal_fails_is_told(counter: TerminalCounter) -> None:
    assert await counter.tap(LaidCard(readable=False)) == came_to(
        "inconclusive", "chip.answers/terminal-error", *NOTHING_READ
    )
    await counter.serves_the_next()


@pytest.mark.parametrize(
    "text",
    [b'"3372994708850001","JL. CONTOH"', b"\xff\x00\xfe", b'"' * 4000, b"0"],
    ids=["two fields", "no text", "quotes", "a number"],
)
async def test_biodata_in_a_form_that_is_not_known_is_told_and_vouches_for_nothing(
    counter: TerminalCounter, text: bytes
) -> None:
    assert await counter.tap(LaidCard(text=text)) == came_to(
        "inconclusive",
        "chip.readable/terminal-unclear",
        "data.signed/not-told",
        "card.authentic/terminal-says",
        "card.status/no-uid",
        "nik.consistent/not-reached",
    )
    await counter.serves_the_next()


@pytest.mark.parametrize(
    "said", [b"error,rusak", b"-1", b"", b"x" * 5000], ids=["error", "below zero", "nothing", "too long"]
)
async def test_a_terminal_that_gives_no_biodata_of_a_card_that_it_holds_is_told(
    counter: TerminalCounter, said: bytes
) -> None:
    counter.terminal.faults["demog"] = Fault(payload=said)
    assert await counter.tap(counter.house.laid(Kind.HEALTHY)) == came_to(
        "inconclusive", "chip.readable/terminal-error", *NOTHING_GIVEN
    )
    await counter.serves_the_next()


@pytest.mark.parametrize(
    ("verb", "cut_at", "code", "follows"),
    [
        ("poll", 0, "chip.answers/terminal-hangs", NOTHING_READ),
        ("demog", 20, "chip.readable/terminal-hangs", NOTHING_GIVEN),
    ],
)
async def test_a_terminal_that_falls_silent_is_told_and_found_again(
    counter: TerminalCounter, verb: str, cut_at: int, code: str, follows: tuple[str, ...]
) -> None:
    # while it waits for a card it is asked nothing else, so the first to fail is the reading
    await counter.asks("put", times=counter.asked("put") + 1)
    asked = counter.asked(verb)
    counter.terminal.faults[verb] = Fault(cut_at=cut_at)
    counter.terminal.lay(counter.house.laid(Kind.HEALTHY))
    await counter.asks(verb, times=asked + 1)
    counter.terminal.lift()
    assert await counter.hears() == came_to("inconclusive", code, *follows)
    counter.terminal.faults.clear()
    await counter.is_free()
    await counter.serves_the_next()


async def test_a_card_that_is_lifted_while_a_terminal_reads_is_told(counter: TerminalCounter) -> None:
    counter.terminal.faults["demog"] = Fault(payload=b"error,kartu", delay=0.3)
    counter.terminal.lay(counter.house.laid(Kind.HEALTHY))
    await counter.asks("demog")
    counter.terminal.lift()
    assert await counter.hears() == came_to("inconclusive", "chip.answers/card-removed", *NOTHING_READ)
    await counter.is_free()
    await counter.serves_the_next()


async def test_a_terminal_that_is_unplugged_while_it_reads_is_told_and_serves_at_another_port(
    counter: TerminalCounter,
) -> None:
    counter.terminal.faults["demog"] = Fault(delay=60)
    counter.terminal.lay(counter.house.laid(Kind.HEALTHY))
    await counter.asks("demog")
    counter.terminal.unplug()
    counter.terminal.lift()
    assert await counter.hears() == came_to("inconclusive", "chip.answers/reader-gone", *NOTHING_READ)
    await counter.plug("terminal-2")
    await counter.serves_the_next()
