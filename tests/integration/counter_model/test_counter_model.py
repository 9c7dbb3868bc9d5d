"""A counter in any order of events: cards, readers, pcscd, the gateway and the broker come and go."""

import os
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from yarl import URL

from dev.stack.stack import Stack
from tests.integration.counter_model.background import background
from tests.integration.counter_model.bus import Bus
from tests.integration.counter_model.counter import Counter
from tests.integration.counter_model.line import Line
from tests.integration.counter_model.machine import AnyDay

MINUTES = float(os.environ.get("KETUK_MODEL_MINUTES") or 0)
"""`make model MINUTES=n`: other days each time, for so long; without it, the same few days each time."""
SHORT_DAYS, LONG_DAYS = 4, 12
pytestmark = [
    # A Popen is forgotten on purpose: `Children` ends the process by its number.
    pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning"),
    pytest.mark.timeout(600 + 60 * MINUTES),
]


@pytest.fixture(scope="module")
def counter(stack: Stack) -> Iterator[Counter]:
    found = stack.environment()
    broker = URL(found["AMQP_ADMIN_URL"])
    with tempfile.TemporaryDirectory() as name, background() as behind:
        folder = Path(name)
        folder.chmod(0o711)  # pcscd does not run as root
        line = Line(to=int(broker.port or 0))
        bus = Bus.open(admin=str(broker.with_path("/ketuk")), verification=found["AMQP_VERIFICATION_URL"])
        with behind.holding(line.open()), behind.holding(bus) as opened:
            made = Counter(
                folder=folder,
                bus=opened,
                line=line,
                broker=str(URL(found["AMQP_GATEWAY_KELURAHAN_JEBRES_URL"]).with_port(line.port)),
                background=behind,
            )
            try:
                with behind.holding(made.page.followed()):
                    yield made
            finally:
                made.end()


def days(count: int) -> settings:
    return settings(
        deadline=None,
        database=None,
        max_examples=5 if MINUTES else count,
        stateful_step_count=20 if MINUTES else 12,
        derandomize=not MINUTES,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def test_every_tap_ends_once_and_has_its_own_verdict_on_any_day(counter: Counter, *, is_long: bool) -> None:
    some = days(LONG_DAYS if is_long else SHORT_DAYS)
    end = time.monotonic() + 60 * MINUTES
    while True:
        run_state_machine_as_test(partial(AnyDay, counter), settings=some)  # type: ignore[arg-type]
        if time.monotonic() >= end:
            return
