"""The whole of Ketuk as the demo runs it: real broker, databases and pcscd, services as processes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from dev.demo.run import Run
from dev.ledger.account import Account
from dev.stack.stack import Stack
from simulator.kinds import Kind, SimulatedCard

FOLDER = Path(__file__).parents[2] / ".run" / "system"
TAPS = 39


@dataclass(frozen=True, kw_only=True)
class City:
    """A run that has ended; its services still stand."""

    run: Run
    account: Account

    def card(self, kind: Kind, *, reader: int = 0) -> SimulatedCard:
        """A card of a kind that the registry was told of."""
        return next(card for card in self.run.hands[reader] if card.kind is kind)


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    """All kinds of cards tapped, with verification and the broker killed in the middle."""
    stack = Stack.fresh(folder=FOLDER)
    try:
        stack.start()
        run = Run(stack=stack, seed=11, taps=TAPS, kill=("verification", "broker"), say=lambda _: None)
        yield City(run=run, account=asyncio.run(run.go()))
    finally:
        stack.discard()


@pytest.fixture(autouse=True)
async def _browser_drivers_end() -> AsyncIterator[None]:
    """Playwright's driver is reaped by a thread: wait for it, or it is reaped after the loop has closed."""
    yield
    async with asyncio.timeout(10):
        while any(child.name() == "node" for child in psutil.Process().children()):
            await asyncio.sleep(0.01)  # noqa: ASYNC110  a process of the library's own: nothing tells of its end
