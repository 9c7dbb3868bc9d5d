"""Simulated cards on a real pcscd of the test's own, read by a program of its own."""

import asyncio
import json
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from dev.stack.ports import free_pair
from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard, make_card
from simulator.reader import VirtualReader
from simulator.record import Departure, Tapped
from simulator.sam import Sam
from tests.integration.card_daemon import Daemon

# A Popen is forgotten on purpose: `Children` ends the process by its number.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning")

ROOT = Path(__file__).parents[2]
ISSUER = Issuer.generate()
PCID, CONF = secrets.token_bytes(16), secrets.token_bytes(32)


@pytest.fixture
async def reader(daemon: Daemon) -> AsyncIterator[VirtualReader]:
    sam = Sam(ISSUER, pcid=PCID, conf=CONF)
    async with VirtualReader(
        number=0, port=daemon.port, sam=sam, patience=4.0, mute_stays=1.5
    ).running() as it:
        yield it


def card(kind: Kind) -> SimulatedCard:
    return make_card(kind, 1, seed=1, issuer=ISSUER, other=ISSUER)


async def terminal(daemon: Daemon, *how: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.pcsc_terminal", PCID.hex(), CONF.hex(), *how),
        cwd=ROOT,
        env={**os.environ, "PCSCLITE_CSOCK_NAME": str(daemon.socket)},
        stdout=asyncio.subprocess.PIPE,
    )


async def tapped_and_read(daemon: Daemon, reader: VirtualReader, kind: Kind) -> tuple[Tapped, dict[str, Any]]:
    reading = await terminal(daemon)
    tapped, (said, _) = await asyncio.gather(reader.tap(card(kind)), reading.communicate())
    return tapped, json.loads(said)


async def assert_stays(tap: asyncio.Task[Tapped]) -> None:
    """Fails where the tap ends within the time that pcscd takes to power a card off that nobody uses."""
    done, _ = await asyncio.wait({tap}, timeout=1.5)
    assert not done


async def test_a_healthy_card_is_noticed_read_whole_and_taken_away(
    daemon: Daemon, reader: VirtualReader
) -> None:
    tapped, found = await tapped_and_read(daemon, reader, Kind.HEALTHY)
    assert found["biodata"].startswith('"337299')
    assert tapped.departure is Departure.READ
    assert tapped.entered < tapped.powered < tapped.left


async def test_a_mute_card_is_reported_as_mute_and_the_next_card_works(
    daemon: Daemon, reader: VirtualReader
) -> None:
    tapped, found = await tapped_and_read(daemon, reader, Kind.MUTE)
    assert found["mute"]
    assert tapped.departure is Departure.UNREAD
    tapped, found = await tapped_and_read(daemon, reader, Kind.HEALTHY)
    assert not found["mute"]
    assert "biodata" in found


async def test_a_card_pulled_out_in_mid_read_is_gone_before_the_next_one_enters(
    daemon: Daemon, reader: VirtualReader
) -> None:
    tapped, found = await tapped_and_read(daemon, reader, Kind.REMOVED)
    assert tapped.departure is Departure.PULLED_OUT
    assert "SilentError" in found["error"]
    _, after = await tapped_and_read(daemon, reader, Kind.HEALTHY)
    assert after["counter"] == found["counter"] + 2  # one event for leaving, one for entering
    assert "biodata" in after


async def test_the_sam_is_out_for_one_tap_and_in_again_for_the_next(
    daemon: Daemon, reader: VirtualReader
) -> None:
    _, found = await tapped_and_read(daemon, reader, Kind.NO_SAM)
    assert "SilentError" in found["error"]
    assert found["photo"] > 2000
    _, after = await tapped_and_read(daemon, reader, Kind.HEALTHY)
    assert "biodata" in after


async def test_a_card_whose_reading_is_cut_short_by_a_kill_stays_until_it_was_read(
    daemon: Daemon, reader: VirtualReader
) -> None:
    killed = await terminal(daemon, "die")
    tap = asyncio.create_task(reader.tap(card(Kind.HEALTHY)))
    assert await killed.wait() == -signal.SIGKILL
    await assert_stays(tap)
    said, _ = await (await terminal(daemon)).communicate()
    assert "biodata" in json.loads(said)
    assert (await tap).departure is Departure.READ


async def test_a_held_card_stays_although_it_was_read_and_may_be_read_once_more(
    daemon: Daemon, reader: VirtualReader
) -> None:
    reader.hold()
    tap = asyncio.create_task(reader.tap(card(Kind.HEALTHY)))
    first, _ = await (await terminal(daemon)).communicate()
    await assert_stays(tap)
    second, _ = await (await terminal(daemon)).communicate()
    assert json.loads(first) == json.loads(second)
    reader.release()
    third, _ = await (await terminal(daemon)).communicate()
    assert json.loads(third) == json.loads(first)
    assert (await tap).departure is Departure.READ


async def test_a_card_that_nobody_reads_leaves_in_the_end(daemon: Daemon) -> None:
    async with VirtualReader(number=0, port=daemon.port, sam=None, patience=0.5).running() as reader:
        tapped = await reader.tap(card(Kind.HEALTHY))
    assert (tapped.departure, tapped.commands) == (Departure.UNREAD, 0)


@pytest.fixture
def stack_file(daemon: Daemon, tmp_path: Path) -> Path:
    ISSUER.save(tmp_path / "issuer.json")
    (tmp_path / "pcid").write_text(PCID.hex())
    (tmp_path / "conf").write_text(CONF.hex())
    file = tmp_path / "stack.env"
    file.write_text(
        f"VPCD_PORTS={daemon.port}\nSIMULATOR_ISSUER={tmp_path / 'issuer.json'}\n"
        f"SAM_PCID_FILE={tmp_path / 'pcid'}\nSAM_CONF_FILE={tmp_path / 'conf'}\nOTHER=a=b\n"
    )
    return file


async def simulator(stack: Path, *options: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator", "--stack", str(stack), *options),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_the_command_taps_one_card_and_says_in_words_what_happened(
    daemon: Daemon, stack_file: Path
) -> None:
    reading = await terminal(daemon)
    tapping = simulator(stack_file, "--kind", "healthy", "--reader", "0")
    (code, said), (found, _) = await asyncio.gather(tapping, reading.communicate())
    assert "biodata" in json.loads(found)
    assert (code, said.splitlines()[0]) == (0, "A card enters: healthy.")
    assert "It was read; it answered" in said


@pytest.mark.parametrize(
    ("options", "sentence"),
    [(["--reader", "1"], "There are 1 readers"), (["--stack", "/none"], "run `make stack` first")],
)
async def test_the_command_says_in_a_sentence_what_is_missing(
    stack_file: Path, options: list[str], sentence: str
) -> None:
    code, said = await simulator(stack_file, *options)
    assert code == 1
    assert sentence in said
    assert len(said.splitlines()) == 1


async def test_without_a_reader_a_tap_says_so() -> None:
    reader = VirtualReader(number=0, port=free_pair(), sam=None)
    with pytest.raises(ConnectionRefusedError):
        await reader.tap(card(Kind.HEALTHY))
