"""What an account may do is said in regular expressions: they end where the name ends, and a dot is a dot."""

import re

import pytest

from chassis.topology.definitions import Accounts, Feed, agencies_host, services_host
from chassis.topology.model import Account, VirtualHost

GATEWAYS = ("3372.jebres", "3372.jebres-1", "3372.jebre", "337.jebres", "33720.jebres", "3372.verification")
FEEDS = {
    "polresta-surakarta": "polresta-surakarta.4f2a",
    "polresta-surakarta-1": "polresta-surakarta-1.4f2a",
    "polresta": "polresta.4f2a",
    "resta-surakarta": "resta-surakarta.4f2a",
}
ACCOUNTS = Accounts(
    services={"verification": "v", "registry": "r"},
    gateways=dict.fromkeys(GATEWAYS, "g"),
    agencies={name: Feed("a", queue) for name, queue in FEEDS.items()},
    operators={"operator": "o"},
)


def account(name: str, host: VirtualHost) -> Account:
    return next(each for each in host.accounts if each.name == name)


def named(host: VirtualHost) -> set[str]:
    """All queues and exchanges, which the patterns do not tell apart."""
    return {queue.name for queue in host.queues} | {exchange.name for exchange in host.exchanges}


@pytest.mark.parametrize("name", GATEWAYS)
def test_a_gateways_patterns_fit_its_own_queue_and_the_exchange_that_all_write_to(name: str) -> None:
    host = services_host(ACCOUNTS)
    gateway = account(name, host)
    fits = {
        right: {each for each in named(host) if re.search(getattr(gateway, right), each)}
        for right in ("configure", "write", "read")
    }
    assert fits == {"configure": set(), "write": {"ketuk.events"}, "read": {f"gateway.{name}"}}


@pytest.mark.parametrize("name", FEEDS)
def test_an_agencys_pattern_fits_its_own_feed_and_ends_where_the_name_ends(name: str) -> None:
    host = agencies_host(ACCOUNTS)
    agency, feed = account(name, host), FEEDS[name]
    assert {each for each in named(host) if re.search(agency.read, each)} == {feed}
    for near in (f"{feed}1", f"{feed}.1", f"x{feed}", f"x.{feed}", feed.replace(".", "x"), feed[:-1]):
        assert not re.search(agency.read, near), near
    assert (agency.configure, agency.write) == ("^$", "^$")


def test_a_service_reads_its_own_queues_and_an_operator_the_dead_letters_alone() -> None:
    host = services_host(ACCOUNTS)
    for name in ("verification", "registry"):
        readable = {each for each in named(host) if re.search(account(name, host).read, each)}
        assert readable == {each for each in named(host) if each.startswith(f"{name}.")}
    operator = account("operator", host)
    assert {each for each in named(host) if re.search(operator.read, each)} == {"ketuk.dead-letters"}
    assert {each for each in named(host) if re.search(operator.write, each)} == {"ketuk.events"}


@pytest.mark.parametrize("name", GATEWAYS)
def test_a_gateway_speaks_under_its_own_name_whole(name: str) -> None:
    ((exchange, may_say, may_bind),) = account(name, services_host(ACCOUNTS)).topics
    assert (exchange, may_bind) == ("ketuk.events", "^$")
    own = f"card.read.v1.{name}"
    assert re.search(may_say, own)
    others = {f"card.read.v1.{other}" for other in GATEWAYS if other != name}
    strange = {f"{own}.x", f"{own}x", f"x.{own}", f"x{own}", own.replace(".", "x"), own.replace("v1", "vx")}
    for key in (*others, *strange, f"tap.judged.v1.{name}", f"card.status_changed.v1.{name}"):
        assert not re.search(may_say, key), key
