"""The whole of Ketuk as the demo runs it: real broker, databases and pcscd, services as processes."""

import asyncio
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from dev.demo.private import PrivateRun
from dev.demo.run import Run
from dev.demo.services import Services
from dev.ledger.account import Account
from dev.stack.stack import Stack
from simulator.kinds import Kind, SimulatedCard
from tests.support.state_folder import state_folder

FOLDER = state_folder("system")
TAPS = 64
SHOWING = ("verification", "registry", "gateway-kelurahan-jebres")


@dataclass(frozen=True, kw_only=True)
class City:
    """A run that has ended; its services still stand."""

    stack: Stack
    services: Services
    run: Run
    account: Account
    figures: Mapping[str, str]
    """What each service showed on `/metrics` right after the run, by its name."""

    def card(self, kind: Kind) -> SimulatedCard:
        """A card of a kind; the registry was told of it, unless it is of a kind that it does not know."""
        return next(card for hand in self.run.hands for card in hand if card.kind is kind)


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    """All kinds of cards tapped, with verification and the broker killed in the middle."""
    stack = Stack.fresh(folder=FOLDER)
    try:
        stack.start()
        run = PrivateRun(stack=stack, seed=11, taps=TAPS, kill=("verification", "broker"), say=lambda _: None)
        account = asyncio.run(run.go())
        yield City(
            stack=stack,
            services=run.services,
            run=run.taps,
            account=account,
            figures={name: _shown(run.services.url(name)) for name in SHOWING},
        )
    finally:
        stack.discard()


def _shown(url: str) -> str:
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:  # noqa: S310  our own address
        return str(answer.read().decode())
