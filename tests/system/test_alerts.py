"""Each alert fires when its fault is caused, and ends when it is mended."""

import asyncio
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import aio_pika
import asyncpg
import pytest
import yaml
from yarl import URL

from chassis.messaging.broker import DEAD_LETTERS, EVENTS
from dev.stack.stack import Stack
from simulator.issuer import Issuer
from simulator.kinds import Kind, SimulatedCard, make_card
from simulator.reader import VirtualReader
from simulator.sam import Sam
from tests.system.board_picture import draw
from tests.system.conftest import City
from tests.system.pictures import page_of
from tests.system.prometheus import RULES, Prometheus

BOARDS = RULES.parent / "grafana" / "dashboards"
PAGE = Path(__file__).parents[2] / "docs" / "operating" / "monitoring.md"
AGENCY = "kelurahan-jebres"
ELSEWHERE = 5
"""A seed whose cards are none of the city's."""
_ALERTS_PAGE = "/classic/alerts"
"""Debian builds Prometheus without its newer pages."""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The city, with a Prometheus that looks at it."""

    city: City
    prometheus: Prometheus

    @property
    def stack(self) -> Stack:
        return self.city.stack

    def tap(self, kind: Kind = Kind.HEALTHY) -> None:
        """A card on the first reader."""
        asyncio.run(self._tap(self.city.card(kind), self.city.run.sam()))

    def tap_of(self, issuer: Issuer) -> None:
        """A card of another issuer, on the first reader with a SAM of the same."""
        card = make_card(Kind.HEALTHY, 0, seed=ELSEWHERE, issuer=issuer, other=issuer)
        asyncio.run(self._tap(card, self.city.run.sam(issuer)))

    async def _tap(self, card: SimulatedCard, sam: Sam) -> None:
        reader = VirtualReader(number=0, port=self.stack.vpcd_ports[0], sam=sam)
        async with reader.running():
            await reader.tap(card)

    def sql(self, statement: str) -> None:
        """On the registry's database."""

        async def do() -> None:
            connection = await asyncpg.connect(self.stack.postgres.url("registry"))
            await connection.execute(statement)
            await connection.close()

        asyncio.run(do())

    def publish_nonsense(self, count: int) -> None:
        """Messages for verification that are none."""

        async def do() -> None:
            url = URL(self.stack.environment()["AMQP_ADMIN_URL"]).with_path("/ketuk")
            async with await aio_pika.connect(str(url)) as connection:
                channel = await connection.channel()
                exchange = await channel.get_exchange(EVENTS, ensure=False)
                for _ in range(count):
                    message = aio_pika.Message(b"{}", message_id=str(uuid4()), user_id="admin")
                    await exchange.publish(message, "card.read.v1.3372.x")

        asyncio.run(do())

    def rebind(self, *, bound: bool) -> None:
        """Tie the agency's feed to its exchange, or cut it off."""

        async def do() -> None:
            url = URL(self.stack.environment()["AMQP_ADMIN_URL"]).with_path("/ketuk-agencies")
            feed = self.stack.secrets.accounts()["agencies"][AGENCY]
            assert isinstance(feed, dict)
            async with await aio_pika.connect(str(url)) as connection:
                channel = await connection.channel()
                queue = await channel.get_queue(feed["queue"], ensure=False)
                change = queue.bind if bound else queue.unbind
                await change("ketuk.agencies", f"*.*.*.*.{AGENCY}")

        asyncio.run(do())


@pytest.fixture(scope="module")
def watched(city: City) -> Iterator[Watched]:
    names = ("verification", "registry", *city.services.gateways())
    prometheus = Prometheus(
        stack=city.stack, services={name: urlsplit(city.services.url(name)).netloc for name in names}
    )
    prometheus.start()
    yield Watched(city=city, prometheus=prometheus)
    prometheus.stop()


def test_nothing_fires_while_all_is_well(watched: Watched) -> None:
    for alert in _alerts():
        watched.prometheus.until_it_ends(alert)


def test_a_service_that_died_and_its_queue_that_grows(watched: Watched) -> None:
    prometheus = watched.prometheus
    watched.city.services.kill("verification")
    watched.publish_nonsense(7)
    for alert in ("KetukDown", "KetukQueueWithoutConsumer", "KetukQueueGrows"):
        prometheus.until_it_fires(alert)
    _picture(prometheus)
    watched.city.services.start("verification")
    for alert in ("KetukDown", "KetukQueueWithoutConsumer", "KetukQueueGrows"):
        prometheus.until_it_ends(alert)
    # what was nonsense is dead now
    prometheus.until_it_fires("KetukDeadLetters")
    watched.stack.rabbitmq.control("purge_queue", DEAD_LETTERS, "-p", "ketuk")
    prometheus.until_it_ends("KetukDeadLetters")


def test_a_card_daemon_that_died(watched: Watched) -> None:
    watched.stack.children.kill("pcscd")
    for alert in ("KetukCardDaemonAway", "KetukReaderGone"):
        watched.prometheus.until_it_fires(alert)
    watched.stack.restart("pcscd")
    for alert in ("KetukCardDaemonAway", "KetukReaderGone"):
        watched.prometheus.until_it_ends(alert)


def test_a_database_that_died(watched: Watched) -> None:
    watched.stack.children.kill("postgres")
    watched.prometheus.until_it_fires("KetukNotReady")
    watched.stack.restart("postgres")
    watched.prometheus.until_it_ends("KetukNotReady")


def test_a_broker_without_memory_and_the_messages_that_wait_for_it(watched: Watched) -> None:
    watched.stack.rabbitmq.run_short_of_memory()
    watched.prometheus.until_it_fires("KetukBrokerAlarm")
    watched.tap()
    watched.prometheus.until_it_fires("KetukMessagesWait")
    watched.tap(Kind.BLOCKED)
    watched.stack.rabbitmq.have_memory_again()
    for alert in ("KetukBrokerAlarm", "KetukMessagesWait"):
        watched.prometheus.until_it_ends(alert)


def test_a_card_whose_signature_sam_and_issuer_disagree_on(watched: Watched) -> None:
    # its own SAM says that the signature holds, and the office never published its key
    watched.tap_of(Issuer.generate())
    watched.prometheus.until_it_fires("KetukAlarm")
    watched.sql("UPDATE alarms SET seen = now()")
    watched.prometheus.until_it_ends("KetukAlarm")


def test_an_agency_that_cannot_be_told(watched: Watched) -> None:
    control = watched.stack.rabbitmq.control
    control("set_permissions", "-p", "ketuk-agencies", "registry", "^$", "^$", "^$")
    # the broker remembers what a channel that is in use may do
    control("close_all_connections", "--vhost", "ketuk-agencies", "permissions were changed")
    watched.tap()
    watched.prometheus.until_it_fires("KetukDisclosuresLate")
    control("set_permissions", "-p", "ketuk-agencies", "registry", "^$", r"^ketuk\.agencies$", "^$")
    watched.prometheus.until_it_ends("KetukDisclosuresLate")


def test_an_agency_whose_feed_is_gone(watched: Watched) -> None:
    watched.rebind(bound=False)
    watched.tap()
    watched.prometheus.until_it_fires("KetukDisclosuresParked")
    watched.rebind(bound=True)
    watched.sql("UPDATE disclosures SET state = 'waiting', settled = NULL WHERE state = 'parked'")
    watched.prometheus.until_it_ends("KetukDisclosuresParked")


@pytest.mark.parametrize("board", sorted(BOARDS.glob("*.json")), ids=lambda path: path.stem)
def test_each_panel_of_a_board_finds_what_it_shows(watched: Watched, board: Path) -> None:
    empty = [
        (panel["title"], target["expr"])
        for panel in json.loads(board.read_text())["panels"]
        for target in panel["targets"]
        if watched.prometheus.series(target["expr"]) == 0
    ]
    assert empty == []


def test_the_boards_can_be_drawn(watched: Watched, tmp_path: Path) -> None:
    file = os.environ.get("KETUK_BOARDS_SCREENSHOT", str(tmp_path / "boards.png"))
    draw(sorted(BOARDS.glob("*.json")), ask=watched.prometheus.lately, file=file)
    assert Path(file).stat().st_size > 10_000


def test_every_alert_has_its_fault_above_and_its_page() -> None:
    tested = set(re.findall(r'"(Ketuk[A-Za-z]+)"', Path(__file__).read_text()))
    told = set(re.findall(r"^\| `(Ketuk[A-Za-z]+)`", PAGE.read_text(), re.MULTILINE))
    assert tested == set(_alerts()) == told


def _alerts() -> list[str]:
    return [rule["alert"] for rule in yaml.safe_load(RULES.read_text())["groups"][0]["rules"]]


def _picture(prometheus: Prometheus) -> None:
    """Where KETUK_ALERT_SCREENSHOT names a file, Prometheus' own page of alerts."""
    file = os.environ.get("KETUK_ALERT_SCREENSHOT")
    if file is None:
        return
    with page_of(width=1280, height=900) as page:
        page.goto(f"{prometheus.url}{_ALERTS_PAGE}")
        page.screenshot(path=file)
