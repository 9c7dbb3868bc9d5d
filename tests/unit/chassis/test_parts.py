"""Parts that run at once: one that ends unasked ends the service, and by name."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from chassis.runtime.health import Health, Pulse
from chassis.runtime.parts import PartEnded, Parts


async def obeys(stopping: asyncio.Event) -> None:
    await stopping.wait()


async def returns(_: asyncio.Event) -> None:
    """A part that has nothing more to do."""


async def fails(_: asyncio.Event) -> None:
    raise LookupError("3372990101900001")


async def is_cancelled(_: asyncio.Event) -> None:
    """By a library that gave a connection up."""
    raise asyncio.CancelledError


def made(
    health: Health, **runs: Callable[[asyncio.Event], Awaitable[None]]
) -> tuple[Parts, dict[str, Pulse]]:
    parts, pulses = Parts(health=health), {name: Pulse() for name in runs}
    for name, run in runs.items():
        pulses[name].up()
        parts.add(name, run, pulse=pulses[name])  # type: ignore[arg-type]  # all are coroutines
    return parts, pulses


@pytest.mark.parametrize(
    ("run", "because"), [(returns, "returned"), (fails, "LookupError"), (is_cancelled, "cancelled")]
)
async def test_a_part_that_ends_before_it_is_told_ends_the_service_and_is_named(
    run: Callable[[asyncio.Event], Awaitable[None]], because: str
) -> None:
    health = Health(blip_seconds=0)
    parts, pulses = made(health, relay=run, other=obeys)
    with capture_logs() as logged, pytest.raises(PartEnded, match="relay"):
        await asyncio.wait_for(parts.run(asyncio.Event()), 5)
    assert [(line["part"], line["because"]) for line in logged] == [("relay", because)]
    assert "3372990101900001" not in str(logged)
    assert not pulses["relay"].is_up
    assert (await health.look()).resources["relay"] == "it has ended"


async def test_parts_that_end_when_told_are_no_failure() -> None:
    stopping = asyncio.Event()
    parts, _ = made(Health(), one=obeys, two=obeys)
    running = asyncio.create_task(parts.run(stopping))
    await asyncio.sleep(0)
    stopping.set()
    await asyncio.wait_for(running, 5)
    assert parts.names == ("one", "two")


async def test_a_part_of_once_may_end_and_may_not_fail() -> None:
    stopping = asyncio.Event()
    parts, _ = made(Health(), one=obeys)
    parts.add("load", returns, pulse=Pulse(), once=True)
    running = asyncio.create_task(parts.run(stopping))
    await asyncio.sleep(0.01)
    assert not running.done()
    stopping.set()
    await asyncio.wait_for(running, 5)
    parts.add("load", fails, pulse=Pulse(), once=True)
    with pytest.raises(PartEnded, match="load"):
        await asyncio.wait_for(parts.run(asyncio.Event()), 5)


async def test_an_endless_part_is_cancelled_when_told_and_is_a_failure_before() -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    async def ends() -> None:
        """It was not to."""

    stopping, parts = asyncio.Event(), Parts(health=Health())
    parts.add_endless("desk", forever, until=stopping)
    running = asyncio.create_task(parts.run(stopping))
    await asyncio.sleep(0)
    stopping.set()
    await asyncio.wait_for(running, 5)
    parts.add_endless("desk", ends, until=asyncio.Event())
    with pytest.raises(PartEnded, match="desk"):
        await asyncio.wait_for(parts.run(asyncio.Event()), 5)


SERVICE = """
import asyncio
from chassis.runtime import process as life
from chassis.runtime.health import Health, Pulse
from chassis.runtime.parts import Parts

async def fails(stopping):
    raise LookupError("3372990101900001")

async def serve(stopping):
    parts = Parts(health=Health())
    parts.add("relay", fails, pulse=Pulse())
    await parts.run(stopping)

life.live(serve)
"""


def test_a_service_one_of_whose_parts_fails_ends_with_1_and_quotes_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", SERVICE], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "relay" in done.stdout
    assert "3372990101900001" not in done.stdout + done.stderr
