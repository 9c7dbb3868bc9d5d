"""Readers that come and go, with cards on them.

pcscd 1.9.9 cannot be told of a serial reader while it runs (see `Pcscd.start`), and vpcd's readers are such:
here it is started anew with other readers, which a gateway sees as a loss of all and a return of some.
"""

import asyncio
from contextlib import AsyncExitStack

import pytest

from dev.counter.counter import Counter, counter
from dev.counter.until import until
from dev.stack.pcscd import NAME
from simulator.lying import Lying

# A Popen is forgotten on purpose: `Children` ends the process by its number.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")


async def plugged(at: Counter, *readers: int) -> None:
    await asyncio.to_thread(at.children.stop, NAME)
    await asyncio.to_thread(at.pcscd.start, plugged=readers)
    there = {at.names[number] for number in readers}
    await until(lambda: {name for name, look in at.looks().items() if look != "gone"} == there)


async def test_readers_that_are_unplugged_and_plugged_in_again_are_events_and_serve_their_cards() -> None:
    with counter(readers=4) as at:
        async with AsyncExitStack() as lying:
            for number, port in enumerate(at.ports):
                await lying.enter_async_context(Lying(at.card(number=number).chip, port=port))
            await until(lambda: at.gateway.logged("tap read") == 4)
            await plugged(at, 0, 2)
            await until(lambda: at.gateway.logged("tap read") == 6)
            await plugged(at, 1, 2, 3)
            await until(lambda: at.gateway.logged("tap read") == 9)
        await until(lambda: at.gateway.logged("tap ends") == 9)
        assert at.faults() == []
        said = at.said()
        for reader, times in zip(at.names, (2, 2, 3, 2), strict=True):
            kinds = [each.kind for each in said if each.reader == reader]
            assert kinds.count("reader.connected") == times
            assert kinds.count("reader.disconnected") == (2 if reader in {"loket-0", "loket-2"} else 1)
            assert kinds.count("card.presented") == times


async def test_a_reader_that_is_not_there_when_the_gateway_comes_back_ends_its_tap() -> None:
    with counter(readers=2) as at:
        async with Lying(at.card().chip, port=at.ports[1]):
            await until(lambda: at.gateway.logged("tap read") == 1)
            await asyncio.to_thread(at.gateway.kill)
            await asyncio.to_thread(at.children.stop, NAME)
            await asyncio.to_thread(at.pcscd.start, plugged=[0])
            await asyncio.to_thread(at.gateway.start)
            await until(lambda: at.gateway.logged("tap ends") == 1)
        assert at.faults() == []
        kinds = [each.kind for each in at.said() if each.reader == "loket-1"]
        assert kinds == [
            "reader.connected",
            "card.presented",
            "card.read",
            "reader.disconnected",
            "card.removed",
        ]
