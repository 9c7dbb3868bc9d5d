"""Chip checks with the gateway's own parts on a real pcscd: what lives, what is damaged, what is dead."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dev.stack.strict_python import STRICT_PYTHON
from simulator.card import KtpCard
from simulator.files import FileId, with_length
from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard, make_card
from simulator.portrait import portrait
from simulator.reader import VirtualReader
from tests.integration.card_daemon import Daemon
from tests.support.bounds import BOUND_SECONDS

# A Popen is forgotten on purpose: `Children` ends the process by its number.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")

ROOT = Path(__file__).parents[2]
ISSUER = Issuer.generate()
UNPROVEN, DEAD = ["reader-unproven", ""], ["no-answer", ""]
CONTROL, PHOTO = with_length(bytes(51)), with_length(portrait(seed="chip-check"))


class Officer:
    """Has cards tapped at a counter, presses its button and notes what is told; no SAM is anywhere."""

    def __init__(self, counter: asyncio.subprocess.Process, reader: VirtualReader) -> None:
        self._counter = counter
        self._reader = reader

    async def tap(self, card: SimulatedCard) -> dict[str, Any]:
        """What a card came to."""
        tapping = asyncio.create_task(self._reader.tap(card))
        told = await self.told()
        await tapping
        return told

    async def check(self) -> dict[str, Any]:
        """What the button came to, without a card that is noticed."""
        await self._say("check")
        return await self.told()

    async def note(self, cause: str, *, second: bool = False) -> None:
        await self._say(json.dumps({"cause": cause, "second": second}))

    async def _say(self, line: str) -> None:
        assert self._counter.stdin is not None
        self._counter.stdin.write(f"{line}\n".encode())
        await self._counter.stdin.drain()

    async def told(self) -> dict[str, Any]:
        """The counter's next line."""
        assert self._counter.stdout is not None
        line = await asyncio.wait_for(self._counter.stdout.readline(), BOUND_SECONDS)
        told: dict[str, Any] = json.loads(line)
        return told


@pytest.fixture
async def officer(daemon: Daemon, tmp_path: Path) -> AsyncIterator[Officer]:
    counter = await asyncio.create_subprocess_exec(
        *(*STRICT_PYTHON, "-m", "tests.integration.chip_counter", str(tmp_path)),
        cwd=ROOT,
        env={**os.environ, "PCSCLITE_CSOCK_NAME": str(daemon.socket)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    reader = VirtualReader(number=0, port=daemon.port, sam=None, patience=4.0, mute_stays=2.0)
    async with reader.running():
        stands = Officer(counter, reader)
        assert await stands.told() == {"reader": "here"}
        yield stands
    assert counter.stdin is not None
    counter.stdin.close()
    assert await asyncio.wait_for(counter.wait(), BOUND_SECONDS) == 0


def card(kind: Kind = Kind.HEALTHY) -> SimulatedCard:
    return make_card(kind, 1, seed=1, issuer=ISSUER, other=ISSUER)


def card_with(files: dict[FileId, bytes], *, damaged: dict[FileId, int] | None = None) -> SimulatedCard:
    chip = KtpCard(uid=b"\x04abcdef", files=files, keys=None, damaged=damaged)
    return replace(card(), chip=chip)


BOTH = {FileId.CONTROL: CONTROL, FileId.PHOTO: PHOTO}


async def test_a_chip_whose_open_files_can_be_read_is_alive(officer: Officer) -> None:
    kinds = (Kind.HEALTHY, Kind.TYPE_B, Kind.PHOTO_COPIED, Kind.NOT_ACTIVATED, Kind.DAMAGED_BIODATA)
    told = {kind: (await officer.tap(card(kind)))["outcome"] for kind in kinds}
    assert told == dict.fromkeys(kinds, "alive")


async def test_every_damaged_file_is_named(officer: Officer) -> None:
    damaged = (
        (card(Kind.DAMAGED_CONTROL), "6FF0"),
        (card(Kind.DAMAGED_FILE), "6FF2"),
        (card_with(BOTH, damaged={FileId.CONTROL: 0, FileId.PHOTO: 600}), "6FF0, 6FF2"),
        (card_with({FileId.CONTROL: CONTROL}), "6FF2"),
        (card_with({FileId.PHOTO: PHOTO}), "6FF0"),
    )
    told = [await officer.tap(each) for each, _ in damaged]
    assert [(each["outcome"], each["why"]) for each in told] == [
        ("refused", ["file-damaged", named]) for _, named in damaged
    ]


async def test_a_dead_chip_is_dead_only_once_a_test_card_has_proven_the_reader(officer: Officer) -> None:
    await officer.note("photocopied")
    first = await officer.check()
    assert (first["outcome"], first["why"]) == ("inconclusive", UNPROVEN)
    test_card = await officer.tap(card())
    assert (test_card["outcome"], test_card["chip"]) == ("alive", None)
    again = await officer.check()
    assert (again["outcome"], again["why"]) == ("refused", DEAD)
    assert again["chip"] == {"cause": "photocopied", "before": None}


async def test_a_test_card_that_cannot_be_read_proves_nothing(officer: Officer) -> None:
    assert (await officer.check())["why"] == UNPROVEN
    assert (await officer.tap(card(Kind.NOT_A_KTP)))["why"] == ["not-a-ktp", ""]
    assert (await officer.check())["why"] == UNPROVEN
    assert (await officer.tap(card(Kind.DAMAGED_FILE)))["why"] == ["file-damaged", "6FF2"]
    assert (await officer.check())["why"] == UNPROVEN


async def test_a_card_that_the_reader_finds_mute_is_dead_where_the_reader_is_proven(officer: Officer) -> None:
    assert (await officer.tap(card(Kind.MUTE)))["why"] == UNPROVEN
    await officer.tap(card())
    assert (await officer.tap(card(Kind.MUTE)))["why"] == DEAD


async def test_a_card_that_answers_after_the_button_was_pressed_is_the_one_that_is_checked(
    officer: Officer,
) -> None:
    await officer.note("heat")
    checking = asyncio.create_task(officer.check())
    tapped = asyncio.create_task(officer._reader.tap(card()))  # noqa: SLF001  the same reader
    told = await checking
    await tapped
    assert (told["outcome"], told["chip"]) == ("alive", {"cause": "heat", "before": None})


async def test_a_second_check_names_the_first_though_a_dead_chip_and_a_test_card_came_between(
    officer: Officer,
) -> None:
    # a card whose photo cannot be read proves no reader
    before = await officer.tap(card(Kind.DAMAGED_FILE))
    await officer.note("photocopied", second=True)
    assert (await officer.check())["why"] == UNPROVEN
    await officer.tap(card())
    after = await officer.check()
    assert (after["why"], after["chip"]) == (DEAD, {"cause": "photocopied", "before": before["tap"]})
    assert (await officer.tap(card()))["chip"] == {"cause": "unknown", "before": None}
