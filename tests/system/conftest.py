"""The whole of Ketuk as the demo runs it: real broker, databases and pcscd, services as processes."""

import asyncio
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from dev.demo.private import PrivateRun
from dev.demo.run import Run
from dev.demo.services import Services
from dev.ledger.account import Account
from dev.stack.stack import Stack
from simulator.kinds import Kind, SimulatedCard
from tests.support.state_folder import state_folder
from tests.system.collector import Collector, Traces, collecting

HERE = Path(__file__).parent
FOLDER = state_folder("system")
TAPS = 64
SPANS_SECONDS = 20.0
"""An exporter sends once a second; what a killed process had not sent never comes."""
LAST = "test_alerts.py"
"""It breaks what the others find."""
SHOWING = ("verification", "registry", "gateway-kelurahan-jebres")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what breaks the city after all else that is done with it."""
    places = [place for place, item in enumerate(items) if item.path.is_relative_to(HERE)]
    ordered = sorted((items[place] for place in places), key=lambda item: item.path.name == LAST)
    for place, item in zip(places, ordered, strict=True):
        items[place] = item


@dataclass(frozen=True, kw_only=True)
class City:
    """A run that has ended; its services still stand."""

    stack: Stack
    services: Services
    run: Run
    account: Account
    figures: Mapping[str, str]
    """What each service showed on `/metrics` right after the run, by its name."""
    judged: tuple[str, ...]
    """The ids of the run's taps, as verification has them."""
    traces: Traces
    """Of the run alone; the services go on sending."""

    def card(self, kind: Kind) -> SimulatedCard:
        """A card of a kind; the registry was told of it, unless it is of a kind that it does not know."""
        return next(card for hand in self.run.hands for card in hand if card.kind is kind)


@pytest.fixture(scope="package")
def city() -> Iterator[City]:
    """All kinds of cards tapped and traced, with verification and the broker killed in the middle."""
    stack = Stack.fresh(folder=FOLDER)
    with collecting() as collector:
        try:
            stack.start()
            run = PrivateRun(
                stack=stack,
                seed=11,
                taps=TAPS,
                kill=("verification", "broker"),
                say=lambda _: None,
                more={"KETUK_OTLP_ENDPOINT": collector.url},
            )
            account = asyncio.run(run.go())
            figures = {name: _shown(run.services.url(name)) for name in SHOWING}
            judged = asyncio.run(_judged(stack))
            yield City(
                stack=stack,
                services=run.services,
                run=run.taps,
                account=account,
                figures=figures,
                judged=judged,
                traces=_traces(collector, judged),
            )
        finally:
            stack.discard()


async def _judged(stack: Stack) -> tuple[str, ...]:
    connection = await asyncpg.connect(stack.postgres.url("verification"))
    rows = await connection.fetch("SELECT tap::text AS tap FROM decisions")
    await connection.close()
    return tuple(row["tap"] for row in rows)


def _traces(collector: Collector, taps: tuple[str, ...]) -> Traces:
    """What has come when each tap has its last span, or nothing more can be waited for."""
    deadline = time.monotonic() + SPANS_SECONDS
    while True:
        traces = collector.traces()
        if all("disclose" in traces.names(tap) for tap in taps) or time.monotonic() > deadline:
            return traces
        time.sleep(0.2)


def _shown(url: str) -> str:
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:  # noqa: S310  our own address
        return str(answer.read().decode())
