"""SAMs in the other slot, in another reader, and shared by several readers at once."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from dev.counter.counter import Counter, counter
from dev.counter.until import until
from ketuk_events.evidence import Evidence
from reader_gateway.pcsc.sam_pool import SILENT_SECONDS
from simulator.lying import Lying
from tests.support.bounds import BOUND_SECONDS

# A Popen is forgotten on purpose: `Children` ends the process by its number.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")


async def read(at: Counter, taps: int) -> None:
    await until(lambda: at.gateway.logged("tap read") == taps)


async def sams_in(at: Counter, lying: AsyncExitStack, *numbers: int) -> list[Lying]:
    """A SAM in the SAM slot of each of these readers, as the gateway knows."""
    sams = [await lying.enter_async_context(Lying(at.sam(), port=at.ports[number] + 1)) for number in numbers]
    for sam in sams:
        await sam.noticed()
    await until(lambda: any(each["sam"] for each in at.gateway.page()["readers"]))
    return sams


def evidence(at: Counter) -> list[Evidence]:
    return [each.evidence for each in at.said() if each.evidence is not None]


async def test_a_sam_in_another_reader_serves() -> None:
    with counter(readers=2, sams={"loket-0": "Ketuk 1 00 01"}) as at:
        async with AsyncExitStack() as lying:
            await sams_in(at, lying, 1)
            async with Lying(at.card().chip, port=at.ports[0]):
                await read(at, 1)
        await until(at.is_empty)
        assert at.faults() == []
        assert [each.signature.code for each in evidence(at)] == ["ok"]


@pytest.mark.parametrize(("readers", "sams"), [(2, [0]), (3, [0, 2]), (4, [1])])
async def test_cards_on_several_readers_at_once_share_the_sams(readers: int, sams: list[int]) -> None:
    shared = {f"loket-{number}": "Ketuk * 00 01" for number in range(readers)}
    with counter(readers=readers, sams=shared) as at:
        async with AsyncExitStack() as lying:
            await sams_in(at, lying, *sams)
            for round_ in range(1, 4):
                async with AsyncExitStack() as cards:
                    for number, port in enumerate(at.ports):
                        await cards.enter_async_context(Lying(at.card(number=number).chip, port=port))
                    await read(at, readers * round_)
                await until(at.is_empty)
        assert at.faults() == []
        assert [each.signature.code for each in evidence(at)] == ["ok"] * (3 * readers)


async def test_a_card_that_falls_silent_in_mid_session_gives_the_shared_sam_back() -> None:
    shared = {f"loket-{number}": "Ketuk 0 00 01" for number in range(2)}
    with counter(readers=2, sams=shared) as at:
        async with AsyncExitStack() as lying:
            await sams_in(at, lying, 0)
            await lying.enter_async_context(Lying(at.card().chip, port=at.ports[0], silent_after=20))
            await read(at, 1)
            async with Lying(at.card(number=2).chip, port=at.ports[1]):
                await read(at, 2)
        await until(at.is_empty)
        assert at.faults() == []
        *_, seconds = (line["seconds"] for line in at.gateway.log() if line.get("event") == "tap read")
        assert seconds < SILENT_SECONDS, "it waited for the SAM"
        silent, healthy = evidence(at)
        assert (silent.authentication.code, silent.files[-1].state) == ("ok", "slow")
        assert healthy.signature.code == "ok"


async def test_a_sam_that_is_pulled_out_in_mid_session_costs_that_reading_alone() -> None:
    shared = {f"loket-{number}": "Ketuk * 00 01" for number in range(2)}
    with counter(readers=2, sams=shared) as at:
        async with AsyncExitStack() as lying:
            leaving = Lying(at.sam(), port=at.ports[0] + 1, leaves_after=6)
            await (await lying.enter_async_context(leaving)).noticed()
            await until(lambda: any(each["sam"] for each in at.gateway.page()["readers"]))
            async with Lying(at.card(number=1).chip, port=at.ports[0]):
                await read(at, 1)
            await asyncio.wait_for(leaving.gone.wait(), BOUND_SECONDS)
            await sams_in(at, lying, 1)
            for number in (2, 3):
                async with Lying(at.card(number=number).chip, port=at.ports[0]):
                    await read(at, number)
        await until(at.is_empty)
        assert at.faults() == []
        cut, *healthy = evidence(at)
        assert cut.answer == "ktp-el"
        assert cut.signature.code == "not-reached"
        assert [each.signature.code for each in healthy] == ["ok", "ok"]
