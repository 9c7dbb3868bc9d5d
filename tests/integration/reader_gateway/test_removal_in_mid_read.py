"""A card is pulled out after each command of a whole reading with fingers, in turn."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from dev.counter.counter import Counter, counter
from dev.counter.finger import matching
from dev.counter.until import until
from ketuk_events.evidence import Evidence
from simulator.lying import Lying
from tests.support.bounds import BOUND_SECONDS

# A Popen is forgotten on purpose: `Children` ends the process by its number.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")

READERS = 6


async def whole(at: Counter, port: int) -> int:
    """Has a card read whole; returns how many commands that took."""
    taps = at.gateway.logged("tap read")
    async with Lying(at.card().chip, port=port) as card:
        await until(lambda: at.gateway.logged("tap read") > taps)
        return card.commands


async def pulled_out(at: Counter, port: int, after: list[int]) -> None:
    for commands in after:
        async with Lying(at.card().chip, port=port, leaves_after=commands) as card:
            await asyncio.wait_for(card.gone.wait(), BOUND_SECONDS)


def is_cut_short(evidence: Evidence) -> bool:
    """Whether it says that the card left, and no file is called damaged."""
    states = [file.state for file in evidence.files]
    if evidence.answer == "removed":
        return states == []
    return evidence.answer == "ktp-el" and states[-1:] == ["removed"] and set(states[:-1]) <= {"read"}


async def test_a_card_that_leaves_after_any_command_is_said_to_have_left_and_the_next_is_read(
    tmp_path: Path,
) -> None:
    device = tmp_path / "finger"
    settings = {"KETUK_PURPOSE": "identify", "KETUK_MATCHER": str(device)}
    with counter(readers=READERS, settings=settings) as at:
        async with matching(device), AsyncExitStack() as lying:
            for port in at.ports:
                await (await lying.enter_async_context(Lying(at.sam(), port=port + 1))).noticed()
            commands = await whole(at, at.ports[0])
            async with asyncio.TaskGroup() as taps:
                for number, port in enumerate(at.ports):
                    taps.create_task(pulled_out(at, port, list(range(number, commands, READERS))))
            await until(at.is_empty)
            for port in at.ports:
                assert await whole(at, port) == commands
            await until(at.is_empty)
        assert at.faults() == []
        readings = [each.evidence for each in at.said() if each.evidence is not None]
        sound, cut = readings[0], readings[1 : commands + 1]
        assert (sound.holder.code, [file.state for file in sound.files]) == ("ok", ["read"] * 6)
        assert commands >= 30
        assert len(cut) == commands
        assert [each for each in cut if not is_cut_short(each)] == []
        assert [each.holder.code for each in readings[commands + 1 :]] == ["ok"] * READERS
