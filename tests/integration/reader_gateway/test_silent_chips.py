"""A card or a SAM that stops answering, and stays: the reader serves the next card, and the gateway ends."""

import os
import signal

import psutil
import pytest

from dev.counter.counter import Counter, counter
from dev.counter.until import until
from reader_gateway.pcsc.sam_pool import SILENT_SECONDS
from simulator.lying import Lying

# A Popen is forgotten on purpose: `Children` ends the process by its number.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")


async def read(at: Counter, taps: int) -> None:
    await until(lambda: at.gateway.logged("tap read") == taps)


def seconds_of_taps(at: Counter) -> list[float]:
    return [line["seconds"] for line in at.gateway.log() if line.get("event") == "tap read"]


def threads(at: Counter) -> int:
    return psutil.Process(at.gateway.pid()).num_threads()


@pytest.mark.parametrize("silent_after", [0, 1, 5, 12])
async def test_a_card_that_never_answers_is_given_up_and_the_reader_serves_the_next(
    silent_after: int,
) -> None:
    with counter(readers=1) as at:
        async with Lying(at.sam(), port=at.ports[0] + 1) as sam:
            await sam.noticed()
            before = threads(at)
            async with Lying(at.card(number=1).chip, port=at.ports[0], silent_after=silent_after):
                await read(at, 1)
            async with Lying(at.card(number=2).chip, port=at.ports[0]):
                await read(at, 2)
            await until(at.is_empty)
            assert threads(at) <= before
        assert at.faults() == []
        # on a busy machine pcscd may find the silent one twice
        silent, *again, healthy = (each.evidence for each in at.said() if each.evidence is not None)
        assert {each.answer for each in again} <= {"none"}
        if silent_after < 4:
            assert silent.answer == "none"
        else:
            assert silent.files[-1].state == "slow"
        assert healthy.signature.result == "passed"


@pytest.mark.parametrize("silent_after", [0, 3, 9])
async def test_a_sam_that_never_answers_is_given_up_and_cards_are_read_without_it(silent_after: int) -> None:
    with counter(readers=1) as at:
        async with Lying(at.sam(), port=at.ports[0] + 1, silent_after=silent_after) as sam:
            await sam.noticed()
            before = threads(at)
            async with Lying(at.card(number=1).chip, port=at.ports[0]):
                await read(at, 1)
            for number in (2, 3):
                async with Lying(at.card(number=number).chip, port=at.ports[0]):
                    await read(at, number)
            assert max(seconds_of_taps(at)[1:]) < SILENT_SECONDS, "it was asked again"
            assert threads(at) <= before + 1
        async with Lying(at.sam(), port=at.ports[0] + 1) as sam:
            await sam.noticed()
            async with Lying(at.card(number=4).chip, port=at.ports[0]):
                await read(at, 4)
        await until(at.is_empty)
        assert threads(at) <= before
        assert at.faults() == []
        hung, *without, healthy = (each.evidence for each in at.said() if each.evidence is not None)
        if silent_after < 3:
            assert hung.authentication.code == "sam-silent"
        else:
            assert hung.signature.code == "not-reached"
        for each in without:
            assert each.answer == "ktp-el"
            assert each.authentication.code == "sam-silent"
        assert healthy.signature.result == "passed"


async def test_a_gateway_ends_although_a_card_owes_it_an_answer() -> None:
    with counter(readers=1) as at:
        async with Lying(at.card().chip, port=at.ports[0], silent_after=2) as card:
            await until(lambda: card.commands == 2)
            os.kill(at.gateway.pid(), signal.SIGTERM)
            await until(lambda: not at.gateway.is_alive())
            assert at.gateway.logged("tap read") == 0, "it waited until the card was given up"
