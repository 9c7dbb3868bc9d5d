"""What can be wrong with a reader, or with the trust in it; after each the next citizen is served."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketuk_events.outcomes import READERS, Language, ReaderWords
from simulator.kinds import Kind, SimulatedCard
from simulator.vpcd import Inserted
from tests.support.bounds import BOUND_SECONDS
from tests.system.outcomes.counter import Counter, standing
from tests.system.outcomes.house import House
from tests.system.outcomes.registry import approved, late_after, unheard_of
from tests.system.outcomes.told import NO_SESSION, NOTHING_READ, came_to
from tests.system.outcomes.watched import Watched

ROOT = Path(__file__).parents[3]
SELECT, READ_BINARY = 0xA4, 0xB0


async def test_a_suspended_gateway_is_told_and_one_that_is_approved_again_serves(counter: Counter) -> None:
    await approved(counter.house, approved=False)
    assert await counter.taps(Kind.HEALTHY) == came_to("refused", "reader.trusted/suspended")
    await approved(counter.house, approved=True)
    await counter.serves_the_next()


async def test_a_reading_that_comes_later_than_its_purpose_allows_is_told(counter: Counter) -> None:
    house = counter.house
    await late_after(house, seconds=2)
    house.services.kill("verification")
    await counter.reader.tap(house.cards[Kind.HEALTHY])
    await asyncio.sleep(3)  # it is about the age of a reading
    await asyncio.to_thread(house.services.start, "verification")
    assert await counter.hears() == came_to("inconclusive", "reader.trusted/late")
    await late_after(house, seconds=86_400)
    await counter.serves_the_next()


async def test_a_purpose_that_verification_does_not_know_is_told(counter: Counter) -> None:
    async with unheard_of(counter.house, "record"):
        assert await counter.taps(Kind.HEALTHY) == came_to("inconclusive", "reader.trusted/no-such-purpose")
    await counter.serves_the_next()


async def test_silence_is_the_chips_fault_only_on_a_reader_that_has_read_a_card(house: House) -> None:
    house.have_gateway(SPOOL=str(house.stack.folder / "spools" / "new.sqlite"))
    async with standing(house, sam=house.sam()) as counter:
        assert await counter.taps(Kind.MUTE_UNPROVEN) == came_to(
            "inconclusive", "chip.answers/reader-unproven", *NOTHING_READ
        )
        await counter.serves_the_next()
        assert await counter.taps(Kind.MUTE) == came_to("refused", "chip.answers/no-answer", *NOTHING_READ)
        await counter.serves_the_next()


async def test_a_chip_that_never_enters_the_field_is_judged_when_the_officer_asks(counter: Counter) -> None:
    await counter.serves_the_next()
    await counter.check_chip()
    assert await counter.hears() == came_to("refused", "chip.answers/no-answer", *NOTHING_READ)
    await counter.serves_the_next()


async def test_a_reader_that_another_programme_uses_is_told(house: House) -> None:
    house.stop_gateway()
    card = await Inserted.enter(house.cards[Kind.HEALTHY].chip, port=house.stack.vpcd_ports[0])
    await asyncio.wait_for(card.noticed.wait(), BOUND_SECONDS)
    async with standing(house, sam=None) as counter, another_programme(house, "Ketuk 0 00 00"):
        house.have_gateway()
        assert await counter.hears() == came_to("inconclusive", "chip.answers/in-use", *NOTHING_READ)
    await card.leave(surely=True)
    async with standing(house, sam=house.sam()) as counter:
        await counter.serves_the_next()


@pytest.mark.parametrize(
    ("instruction", "code", "follows"),
    [
        (SELECT, "chip.answers/reader-gone", NOTHING_READ),
        (READ_BINARY, "chip.readable/reader-gone", NO_SESSION),
    ],
)
async def test_a_reader_that_goes_under_a_card_is_told_and_serves_again_when_it_is_back(
    counter: Counter, instruction: int, code: str, follows: tuple[str, ...]
) -> None:
    house = counter.house
    card = watched(house.cards[Kind.HEALTHY], instruction, house.unplug_readers)
    try:
        assert await counter.tap(card) == came_to("inconclusive", code, *follows)
        await counter.page_says(lambda page: reader_is(page, READERS["gone"], "id"))
    finally:
        house.plug_readers_in()
    await counter.page_says(lambda page: page["readers"][0]["look"] != "gone")
    await counter.serves_the_next()


async def test_a_reader_that_was_never_there_is_told_and_one_that_comes_asks_for_a_card(house: House) -> None:
    house.have_gateway(READERS='{"loket-1": {"card": "Unplugged *"}}')
    async with standing(house, sam=house.sam()) as counter:
        await counter.page_says(lambda page: reader_is(page, READERS["absent"], "id"))
        await counter.page_says(lambda page: reader_is(page, READERS["absent"], "en"), language="en")
        house.have_gateway()
        await counter.page_says(lambda page: reader_is(page, READERS["ready"], "id"))
        await counter.serves_the_next()


def reader_is(page: dict[str, Any], words: ReaderWords, language: Language) -> bool:
    shown = page["readers"][0]
    return (shown["headline"], shown["advice"]) == (words.headline[language], words.advice[language])


def watched(card: SimulatedCard, instruction: int, happens: Callable[[], None]) -> SimulatedCard:
    return replace(card, chip=Watched(card.chip, instruction, happens))


@asynccontextmanager
async def another_programme(house: House, slot: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.system.outcomes.other_programme", slot),
        cwd=ROOT,
        env={**os.environ, "PCSCLITE_CSOCK_NAME": str(house.stack.pcscd.socket)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"held\n"
        yield
    finally:
        await process.communicate(b"")
