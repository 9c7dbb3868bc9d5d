"""The card daemon stops, dies and comes back while cards lie on the readers."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from dev.counter.counter import Counter, counter
from dev.counter.spoken import Said
from dev.counter.until import until
from dev.stack.pcscd import NAME
from simulator.kinds import Kind
from simulator.lying import Lying

# A Popen is forgotten on purpose: `Children` ends the process by its number.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")

TAP = ["card.presented", "card.read", "card.removed"]


async def all_gone(at: Counter) -> None:
    await until(lambda: set(at.looks().values()) == {"gone"})


async def taps_read(at: Counter, count: int) -> None:
    await until(lambda: at.gateway.logged("tap read") == count)


def of(said: list[Said], reader: str) -> list[str]:
    return [each.kind for each in said if each.reader == reader]


def answers(said: list[Said]) -> list[str]:
    return [each.evidence.answer for each in said if each.evidence is not None]


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_cards_are_seen_again_when_the_card_daemon_is_back_and_loss_and_return_are_events(
    end: str,
) -> None:
    with counter(readers=4) as at:
        async with AsyncExitStack() as lying:
            for number, port in enumerate(at.ports):
                await lying.enter_async_context(Lying(at.sam(), port=port + 1))
                await lying.enter_async_context(Lying(at.card(number=number).chip, port=port))
            await taps_read(at, 4)
            await asyncio.to_thread(getattr(at.children, end), NAME)
            await all_gone(at)
            await asyncio.to_thread(at.pcscd.start)
            await taps_read(at, 8)
        await until(at.is_empty)
        assert at.faults() == []
        said = at.said()
        for reader in at.names:
            events = [kind for kind in of(said, reader) if kind.startswith("reader")]
            assert events == ["reader.connected", "reader.disconnected", "reader.connected"]
            assert [kind for kind in of(said, reader) if kind.startswith("card")] == TAP + TAP
        assert answers(said) == ["ktp-el"] * 8


async def test_a_card_daemon_that_dies_again_and_again_leaves_every_tap_balanced() -> None:
    with counter(readers=2) as at:
        async with Lying(at.card().chip, port=at.ports[0]), Lying(at.card().chip, port=at.ports[1]):
            for deaths in range(4):
                await taps_read(at, 2 * deaths + 2)
                await asyncio.to_thread(at.children.kill, NAME)
                await all_gone(at)
                await asyncio.to_thread(at.pcscd.start)
            await taps_read(at, 10)
        await until(at.is_empty)
        assert at.faults() == []
        assert of(at.said(), at.names[0]).count("card.presented") == 5


@pytest.mark.parametrize("silent_after", [3, 9])
async def test_a_card_daemon_that_dies_in_mid_read_ends_the_tap_and_the_card_is_read_again(
    silent_after: int,
) -> None:
    with counter(readers=1) as at:
        async with (
            Lying(at.sam(), port=at.ports[0] + 1) as sam,
            Lying(at.card(Kind.HEALTHY).chip, port=at.ports[0], silent_after=silent_after) as card,
        ):
            await sam.noticed()
            await until(lambda: card.commands >= silent_after)
            await asyncio.to_thread(at.children.kill, NAME)
            card.speaks()
            await all_gone(at)
            await asyncio.to_thread(at.pcscd.start)
            await taps_read(at, 2)
        await until(at.is_empty)
        assert at.faults() == []
        first, second = (each.evidence for each in at.said() if each.evidence is not None)
        assert first.answer in {"ktp-el", "reader-gone"}
        assert first.answer == "reader-gone" or first.files[-1].state == "reader-gone"
        assert second.answer == "ktp-el"
        assert {file.state for file in second.files} == {"read"}
