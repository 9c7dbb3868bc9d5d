"""Many cards, one after the other on eight readers: as many slots as pcscd has."""

import asyncio
import random
from collections import Counter as Tally
from contextlib import AsyncExitStack

import pytest

from dev.counter.counter import Counter, counter
from dev.counter.until import until
from simulator.lying import Lying
from simulator.vpcd import Inserted
from tests.support.bounds import BOUND_SECONDS

# A Popen is forgotten on purpose: `Children` ends the process by its number.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")

READERS = 8
ROUNDS_OF_FLICKERS = 4
SHORT_TAPS, LONG_TAPS = 64, 1000
STAYS_SECONDS = 1.0


async def sams_everywhere(at: Counter, lying: AsyncExitStack) -> None:
    sams = [await lying.enter_async_context(Lying(at.sam(), port=port + 1)) for port in at.ports]
    for sam in sams:
        await sam.noticed()


async def tap(at: Counter, port: int, numbers: range, *, stays: float = STAYS_SECONDS) -> None:
    """So many cards, each of which stays for a time from when the reader has noticed it.

    On a busy machine it stays for longer: until it was read.
    """
    for number in numbers:
        async with Lying(at.card(number=number).chip, port=port) as card:
            await asyncio.wait_for(card.noticed(), BOUND_SECONDS)
            await asyncio.sleep(stays)
            await asyncio.wait_for(card.read(), BOUND_SECONDS)


async def emptied(at: Counter) -> None:
    """Returns when every tap has ended and no reader holds a card: pcscd sees the last cards leave late."""
    try:
        await until(at.is_empty)
    except TimeoutError:
        counts = {event: at.gateway.logged(event) for event in ("tap begins", "tap read", "tap ends")}
        pytest.fail(f"{counts}, and the page says {at.looks()}")


@pytest.mark.timeout(400)
async def test_many_cards_that_stay_for_a_second_balance_to_the_last(*, is_long: bool) -> None:
    count = LONG_TAPS if is_long else SHORT_TAPS
    with counter(readers=READERS) as at:
        async with AsyncExitStack() as lying:
            await sams_everywhere(at, lying)
            each = count // READERS
            async with asyncio.TaskGroup() as taps:
                for number, port in enumerate(at.ports):
                    taps.create_task(tap(at, port, range(number * each, (number + 1) * each)))
            await emptied(at)
        assert at.faults() == []
        said = at.said()
        kinds = Tally(each.kind for each in said)
        assert (kinds["card.presented"], kinds["card.read"], kinds["card.removed"]) == (count, count, count)
        assert {each.evidence.signature.code for each in said if each.evidence is not None} == {"ok"}


async def flicker(at: Counter, port: int, *, times: int, chance: random.Random) -> None:
    for number in range(times):
        card = await Inserted.enter(at.card(number=number).chip, port=port)
        await asyncio.sleep(chance.uniform(0.05, 0.3))
        await card.leave()
        # pcscd looks every 0.4 s: the next one is not to begin at that very moment each time
        await asyncio.sleep(chance.uniform(0.0, 0.4))


async def test_cards_that_flicker_may_be_missed_but_never_unbalance(*, is_long: bool) -> None:
    flickers = 20 if is_long else 10
    chance = random.Random(20131118)  # noqa: S311  it spreads stays, no secret
    with counter(readers=READERS) as at:
        async with AsyncExitStack() as lying:
            await sams_everywhere(at, lying)
            for _ in range(ROUNDS_OF_FLICKERS):
                async with asyncio.TaskGroup() as taps:
                    for port in at.ports:
                        taps.create_task(flicker(at, port, times=flickers, chance=chance))
                # on a busy machine pcscd may miss all of one round
                if at.gateway.logged("tap begins"):
                    break
            # a card that enters while the gateway reads the one before it is taken for that one, and not read
            await emptied(at)
            async with asyncio.TaskGroup() as taps:
                for port in at.ports:
                    taps.create_task(tap(at, port, range(1000, 1001)))
            await emptied(at)
        assert at.faults() == []
        said = at.said()
        assert sum(each.kind == "card.presented" for each in said) > READERS
        for reader in at.names:
            last = [each.evidence for each in said if each.reader == reader and each.evidence is not None][-1]
            assert last.signature.code == "ok"
