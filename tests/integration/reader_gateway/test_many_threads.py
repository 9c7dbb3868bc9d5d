"""libpcsclite is used by as many threads as there are readers at once; none of that may end the gateway."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from dev.counter.counter import Counter
from simulator.lying import Lying

READERS = 8
SHORT_SECONDS, LONG_SECONDS = 8, 30
PROGRAM = Path(__file__).with_name("many_threads.py")


@pytest.fixture
def readers() -> Iterator[Counter]:
    """A card daemon with as many slots as it has, and no gateway."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)  # the card daemon does not run as root
        at = Counter(folder=folder, readers=READERS)
        try:
            at.pcscd.start()
            yield at
        finally:
            at.children.stop_all()


async def test_chips_are_let_go_of_by_many_threads_at_once(readers: Counter, *, is_long: bool) -> None:
    seconds = LONG_SECONDS if is_long else SHORT_SECONDS
    async with AsyncExitStack() as lying:
        chips = [
            await lying.enter_async_context(Lying(chip, port=slot))
            for port in readers.ports
            for chip, slot in ((readers.card().chip, port), (readers.sam(), port + 1))
        ]
        for chip in chips:
            await chip.noticed()
        process = await asyncio.create_subprocess_exec(
            sys.executable, PROGRAM, str(seconds), env={"PCSCLITE_CSOCK_NAME": str(readers.pcscd.socket)}
        )
        assert await process.wait() == 0
