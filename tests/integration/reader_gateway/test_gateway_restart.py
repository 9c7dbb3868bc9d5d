"""The gateway is killed while it reads, and comes back: the tap is the same one."""

import asyncio

import pytest

from dev.counter.counter import counter
from dev.counter.until import until
from simulator.lying import Lying

# A Popen is forgotten on purpose: `Children` ends the process by its number.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")

PACE = 0.1
"""Seconds that a card takes for a command, so that there is a middle of a reading."""
TAP = ["card.presented", "card.read", "card.removed"]


@pytest.mark.parametrize("end", ["kill", "stop"])
@pytest.mark.parametrize("commands", [1, 5, 20])
async def test_a_reading_that_a_killed_gateway_left_is_taken_up_again_under_the_same_tap(
    end: str, commands: int
) -> None:
    with counter(readers=2) as at:
        async with (
            Lying(at.sam(), port=at.ports[0] + 1) as sam,
            Lying(at.card().chip, port=at.ports[0], seconds_a_command=PACE) as card,
        ):
            await sam.noticed()
            await until(lambda: card.commands >= commands)
            await asyncio.to_thread(getattr(at.gateway, end))
            await asyncio.to_thread(at.gateway.start)
            await until(lambda: at.gateway.logged("tap read") == 1)
        await until(lambda: at.gateway.logged("tap ends") == 1)
        assert at.faults() == []
        said = [each for each in at.said() if each.tap is not None]
        assert [each.kind for each in said] == TAP
        assert len({each.tap for each in said}) == 1
        assert said[1].evidence is not None
        assert said[1].evidence.signature.code == "ok"


async def test_a_card_that_left_while_the_gateway_was_away_is_said_to_have_left() -> None:
    with counter(readers=1) as at:
        async with Lying(at.card().chip, port=at.ports[0], seconds_a_command=PACE) as card:
            await until(lambda: card.commands >= 5)
            await asyncio.to_thread(at.gateway.kill)
            await card.take(surely=True)
        await asyncio.to_thread(at.gateway.start)
        await until(lambda: at.gateway.logged("tap ends") == 1)
        assert at.faults() == []
        said = [each for each in at.said() if each.tap is not None]
        assert [each.kind for each in said] == TAP
        assert said[1].evidence is not None
        assert [file.state for file in said[1].evidence.files] == ["removed"]


async def test_a_card_that_was_read_before_a_restart_is_not_read_again() -> None:
    with counter(readers=1) as at:
        async with Lying(at.card().chip, port=at.ports[0]):
            await until(lambda: at.gateway.logged("tap read") == 1)
            await asyncio.to_thread(at.gateway.kill)
            await asyncio.to_thread(at.gateway.start)
            await until(lambda: at.looks()["loket-0"] != "gone")
        await until(lambda: at.gateway.logged("tap ends") == 1)
        assert at.faults() == []
        assert [each.kind for each in at.said() if each.tap is not None] == TAP
