"""The officer presses *Periksa chip* at a reader that has just proven itself, and then it is gone."""

import asyncio

import pytest

from dev.counter.counter import counter
from dev.counter.until import until
from dev.stack.pcscd import NAME
from simulator.lying import Lying

# A Popen is forgotten on purpose: `Children` ends the process by its number.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")


@pytest.mark.parametrize("gone", ["before", "after"])
async def test_a_chip_is_not_called_dead_because_the_reader_was_gone(gone: str) -> None:
    with counter(readers=1, settings={"KETUK_ANSWER_SECONDS": "2"}) as at:
        async with Lying(at.card().chip, port=at.ports[0]):
            await until(lambda: at.gateway.logged("tap read") == 1)
        await until(at.is_empty)
        if gone == "before":
            await asyncio.to_thread(at.children.kill, NAME)
            await until(lambda: set(at.looks().values()) == {"gone"})
        await asyncio.to_thread(at.gateway.ask, "POST", "/readers/loket-0/chip-checks")
        if gone == "after":
            await until(lambda: at.gateway.logged("tap begins") == 2)
            await asyncio.to_thread(at.children.kill, NAME)
        await until(lambda: at.gateway.logged("tap ends") == 2)
        assert at.faults() == []
        evidence = [each.evidence for each in at.said() if each.evidence is not None][-1]
        assert (evidence.answer, evidence.reader_proven) == ("reader-gone", True)
