"""A gateway with a terminal, verification and registry as processes: from a card on it to the agency."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractQueue
from yarl import URL

from chassis.messaging.broker import EVENTS
from chassis.storage.postgres import database
from dev.demo.city import enter_city
from dev.demo.services import Services
from dev.demo.site import Site
from dev.stack.secret_files import REGION
from dev.stack.stack import Stack
from dev.stack.strict_python import STRICT_PYTHON
from dev.stack.waiting import until_ready
from simulator.serial_terminal import Finger, SerialTerminal, laid_card
from tests.integration.chassis.conftest import until
from tests.integration.registry.conftest import QUEUES
from tests.integration.verification.bench import EMPTY, until_gateway_is_known
from tests.support.bounds import BOUND_SECONDS
from tests.support.purge import purge

GATEWAY = "kelurahan-jebres"
NAME = f"gateway-{GATEWAY}"
OPERATOR_NIK = "3372994101800001"
CARD = laid_card(1, seed=1)
HOLDERS_NIK = CARD.text[1:17].decode()


async def taken(queue: AbstractQueue) -> dict[str, Any]:
    """The next message's body."""
    message = await queue.get(no_ack=True, timeout=BOUND_SECONDS, fail=False)
    async with asyncio.timeout(BOUND_SECONDS):
        while message is None:
            await asyncio.sleep(0.02)
            message = await queue.get(no_ack=True, timeout=BOUND_SECONDS, fail=False)
    return dict(json.loads(message.body))


@asynccontextmanager
async def queue_of(url: str, *keys: str) -> AsyncIterator[AbstractQueue]:
    """A queue of our own for these keys, or the agency's."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        if keys:
            queue = await channel.declare_queue(exclusive=True)
            for key in keys:
                await queue.bind(EVENTS, key)
        else:
            queue = await channel.get_queue(URL(url).query["queue"], ensure=False)
            while await queue.get(no_ack=True, timeout=BOUND_SECONDS, fail=False) is not None:
                pass
        yield queue


async def purged(stack: Stack) -> None:
    """Nothing waits that an earlier test said: keys of another verification, a gateway with another key."""
    admin = str(URL(stack.environment()["AMQP_ADMIN_URL"]).with_path("/ketuk"))
    heard = (f"gateway.{REGION}.{GATEWAY}", "verification.projection", "verification.readings")
    async with await aio_pika.connect(admin) as connection:
        await purge(await connection.channel(), (*heard, *QUEUES))


@pytest.fixture
async def services(stack: Stack, tmp_path: Path) -> AsyncIterator[Services]:
    """Verification and registry, the city entered, and a gateway whose only reader is a terminal."""
    services = Services(stack=stack)
    children = stack.children
    # an earlier test may have left a gateway of this name that is suspended in a higher version
    async with database(stack.environment()["DATABASE_VERIFICATION_URL"], name="test") as pool:
        await pool.execute(EMPTY)
    await purged(stack)
    try:
        await asyncio.to_thread(services.start, "verification", "registry")
        await asyncio.to_thread(services.until_all_ready, "verification", "registry")
        site = Site(registry=services.url("registry"), feeds={}, vpcd_ports=(), secrets=stack.secrets)
        await enter_city(site, cards=())
        await until_gateway_is_known(stack.environment())
        settings = services.settings(NAME) | {
            "KETUK_READERS": json.dumps({"loket-1": {"terminal": f"{tmp_path}/terminal-*"}}),
            "KETUK_TERMINAL_OPERATOR_NIK": OPERATOR_NIK,
            "KETUK_PURPOSE": "identify",
            "KETUK_SPOOL": str(tmp_path / "spool.sqlite"),
        }
        command = [*STRICT_PYTHON, "-m", "reader_gateway"]
        children.start(NAME, command, environment=settings)
        url = services.url(NAME)
        await asyncio.to_thread(until_ready, NAME, lambda: answers(f"{url}/healthz"), children=children)
        await asyncio.to_thread(services.until_all_ready, NAME)
        yield services
    finally:
        for name in (NAME, "registry", "verification"):
            await asyncio.to_thread(children.stop, name)


def shown(services: Services) -> str:
    """What the gateway shows on `/metrics`."""
    with urllib.request.urlopen(f"{services.url(NAME)}/metrics", timeout=10) as page:  # noqa: S310  our own address
        return str(page.read().decode())


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except OSError:
        return False


async def test_a_card_on_a_terminal_comes_to_the_agency_as_vouched_for_and_inconclusive(
    stack: Stack, services: Services, tmp_path: Path
) -> None:
    found = stack.environment()
    admin = str(URL(found["AMQP_ADMIN_URL"]).with_path("/ketuk"))
    terminal = SerialTerminal()
    async with (
        queue_of(admin, "tap.judged.v1.#") as verdicts,
        queue_of(admin, "reader.connected.v1.#", "reader.disconnected.v1.#") as comings,
        queue_of(found["AMQP_AGENCY_KELURAHAN_JEBRES_URL"]) as feed,
    ):
        try:
            terminal.plug(tmp_path / "terminal-1")
            came = (await taken(comings))["reader"]
            assert (came["reader"], came["state"], came["physical"]) == ("loket-1", "ready", False)
            terminal.touch(Finger.HOLDERS)
            terminal.lay(CARD)
            judged = await taken(verdicts)
            told = await taken(feed)
            terminal.lift()

            async def lifted() -> bool:
                return 'ketuk_readers{state="ready"} 1.0' in await asyncio.to_thread(shown, services)

            await until(lifted, what="the field empty again")
            # nobody waits for a card daemon that no reader needs
            assert "ketuk_pcscd_connected" not in await asyncio.to_thread(shown, services)
            terminal.unplug()
            assert (await taken(comings))["reader"]["state"] == "gone"
            terminal.plug(tmp_path / "terminal-2")
            assert (await taken(comings))["reader"]["model"].endswith("terminal-2")
        finally:
            terminal.unplug()
    checks = {check["check"]: (check["result"], check["code"]) for check in judged["checks"]}
    assert checks == {
        "reader.trusted": ("passed", "ok"),
        "chip.answers": ("passed", "ok"),
        "chip.readable": ("passed", "terminal-says"),
        "card.authentic": ("passed", "terminal-says"),
        "data.signed": ("not-done", "not-told"),
        "card.status": ("not-done", "no-uid"),
        "holder.matches": ("passed", "terminal-says"),
        "nik.consistent": ("passed", "ok"),
    }
    assert (judged["outcome"], judged["assurance"]) == ("inconclusive", "vouched")
    assert judged.get("card_ref") is None
    said = told["data"]
    assert (said["outcome"], said["assurance"], said["reason"]) == (
        "inconclusive",
        "vouched",
        "data.signed/not-told",
    )
    assert said.get("attributes") is None
    log = stack.children.log(NAME).read_text()
    assert "tap read" in log
    assert HOLDERS_NIK not in log
    assert OPERATOR_NIK not in log
    assert {request[-1] for request in terminal.heard if request[0] == "demog"} == {OPERATOR_NIK}
