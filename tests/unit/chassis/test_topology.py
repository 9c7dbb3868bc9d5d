import re

from chassis.topology.declared import Account
from chassis.topology.ketuk import Accounts, Feed, agencies_host, services_host
from ketuk_events.catalogue import CATALOGUE, FOR_AGENCIES, Delivery, Kind

ACCOUNTS = Accounts(
    services={"verification": "v", "registry": "r"},
    gateways={"3372.kelurahan-jebres": "g"},
    agencies={"polresta-surakarta": Feed("a", "polresta-surakarta.4f2a")},
)


def routed(key: str, pattern: str) -> bool:
    """As a topic exchange does: `*` is one word, `#` is any number."""
    words = re.escape(pattern).replace(r"\*", r"[^.]+").replace(r"\.\#", r"(\..+)?")
    return re.fullmatch(words, key) is not None


def account(name: str, accounts: tuple[Account, ...]) -> Account:
    return next(each for each in accounts if each.name == name)


def leads_somewhere(kind: Kind) -> bool:
    key = kind.routing_key(region="3372", owner="kelurahan-jebres")
    return any(routed(key, pattern) for queue in services_host(ACCOUNTS).queues for pattern in queue.keys)


def test_every_work_message_has_a_queue() -> None:
    work = [kind for kind in CATALOGUE if kind.delivery is Delivery.WORK and kind not in FOR_AGENCIES]
    assert [kind.name for kind in work if not leads_somewhere(kind)] == []


def test_a_gateway_may_say_what_gateways_say_in_its_own_name_only() -> None:
    gateway = account("3372.kelurahan-jebres", services_host(ACCOUNTS).accounts)
    ((_, may_say, _),) = gateway.topics
    for kind in CATALOGUE:
        own = kind.routing_key(region="3372", owner="kelurahan-jebres")
        assert (re.search(may_say, own) is not None) == (kind.sender == "gateway"), kind.name
        assert re.search(may_say, kind.routing_key(region="3372", owner="polresta-surakarta")) is None


def test_a_gateway_may_hear_the_verdicts_on_its_own_taps_only() -> None:
    gateway = account("3372.kelurahan-jebres", services_host(ACCOUNTS).accounts)
    ((_, _, may_hear),) = gateway.topics
    for kind in CATALOGUE:
        own = kind.routing_key(region="3372", owner="kelurahan-jebres")
        assert (re.search(may_hear, own) is not None) == (kind.name == "tap.judged"), kind.name
        assert re.search(may_hear, kind.routing_key(region="3372", owner="polresta-surakarta")) is None


def test_a_gateway_may_hear_of_the_keys_to_seal_for_of_its_own_region() -> None:
    gateway = account("3372.kelurahan-jebres", services_host(ACCOUNTS).accounts)
    ((_, _, may_hear),) = gateway.topics
    for kind in CATALOGUE:
        told = kind.routing_key(region="3372", owner="verification")
        assert (re.search(may_hear, told) is not None) == (kind.name == "key.published"), kind.name
        assert re.search(may_hear, kind.routing_key(region="3374", owner="verification")) is None


def test_an_agency_may_read_its_own_feed_and_do_nothing_else() -> None:
    agency = account("polresta-surakarta", agencies_host(ACCOUNTS).accounts)
    assert re.search(agency.read, "polresta-surakarta.4f2a")
    assert not re.search(agency.read, "kelurahan-jebres.77aa")
    for pattern in (agency.configure, agency.write):
        assert not re.search(pattern, "polresta-surakarta.4f2a")
        assert not re.search(pattern, "ketuk.agencies")


def test_an_agency_receives_what_is_for_it_only() -> None:
    (queue,) = agencies_host(ACCOUNTS).queues
    for kind in FOR_AGENCIES:
        assert routed(kind.routing_key(region="3372", owner="polresta-surakarta"), queue.keys[0])
        assert not routed(kind.routing_key(region="3372", owner="bank-solo"), queue.keys[0])
