import re

from chassis.topology.definitions import Accounts, Feed, agencies_host, services_host
from chassis.topology.model import Account, Queue
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


def reply_queue() -> Queue:
    return next(queue for queue in services_host(ACCOUNTS).queues if queue.name.startswith("gateway."))


def hears(queue: Queue, kind: Kind, *, region: str, owner: str) -> bool:
    return any(routed(kind.routing_key(region=region, owner=owner), key) for key in queue.keys)


def test_a_gateway_hears_the_verdicts_on_its_own_taps_only() -> None:
    replies = reply_queue()
    for kind in CATALOGUE:
        own = hears(replies, kind, region="3372", owner="kelurahan-jebres")
        assert own == (kind.name == "tap.judged"), kind.name
        assert not hears(replies, kind, region="3372", owner="polresta-surakarta")


def test_a_gateway_hears_of_the_keys_to_seal_for_of_its_own_region() -> None:
    replies = reply_queue()
    for kind in CATALOGUE:
        told = hears(replies, kind, region="3372", owner="verification")
        assert told == (kind.name == "key.published"), kind.name
        assert not hears(replies, kind, region="3374", owner="verification")


def test_a_gateway_may_read_its_replies_and_no_queue_of_another_or_of_a_service() -> None:
    host = services_host(
        Accounts(
            services=ACCOUNTS.services,
            gateways=dict.fromkeys(("3372.jebres", "3372.jebres-1", "3372.jebre", "33720.jebres"), "g"),
            agencies={},
        )
    )
    gateway = account("3372.jebres", host.accounts)
    readable = {queue.name for queue in host.queues if re.search(gateway.read, queue.name)}
    assert readable == {"gateway.3372.jebres"}
    assert all(re.search(gateway.read, f"gateway.3372.jebres.{number}") for number in (1, 2))
    assert not re.search(gateway.read, "gateway.3372.jebres.3")


def test_neither_a_gateway_nor_an_agency_nor_a_service_configures_anything() -> None:
    for host in (services_host(ACCOUNTS), agencies_host(ACCOUNTS)):
        assert {each.configure for each in host.accounts} == {"^$"}


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
