"""Ketuk's two virtual hosts: one for the services, one for the agencies."""

import re

from msgspec import Struct

from chassis.broker import DEAD_LETTERS, EVENTS
from chassis.topology.declared import Account, Exchange, Policy, Queue, VirtualHost
from ketuk_events.catalogue import CATALOGUE

SERVICES_HOST = "ketuk"
AGENCIES_HOST = "ketuk-agencies"
AGENCIES = "ketuk.agencies"
DELIVERY_LIMIT = 20
FEED_LENGTH = 1_000_000
SPREAD = {"queue-leader-locator": "balanced"}
"""On a cluster each node leads some of the queues."""


class Feed(Struct, frozen=True):
    """An agency's account and the queue that only it reads."""

    password: str
    queue: str


class Accounts(Struct, frozen=True):
    """The accounts and their passwords, as the secret file `ketuk_accounts` has them."""

    services: dict[str, str]
    gateways: dict[str, str]
    """By `<region>.<gateway>`."""
    agencies: dict[str, Feed]
    operators: dict[str, str] = {}


def services_host(accounts: Accounts) -> VirtualHost:
    """Where gateways, verification and registry speak."""

    def queue(name: str, *keys: str) -> Queue:
        return Queue(name=name, exchange=EVENTS, keys=keys)

    return VirtualHost(
        name=SERVICES_HOST,
        exchanges=(Exchange(name=EVENTS), Exchange(name=DEAD_LETTERS, kind="fanout")),
        queues=(
            Queue(name=DEAD_LETTERS, exchange=DEAD_LETTERS, keys=("",)),
            queue("verification.readings", "card.read.v1.#"),
            queue(
                "verification.projection",
                "card.status_changed.v1.#",
                "gateway.approved.v1.#",
                "gateway.suspended.v1.#",
                "key.published.v1.#",
                "purposes.changed.v1.#",
                "snapshot.part.v1.#",
            ),
            queue("registry.verdicts", "tap.judged.v1.#"),
            queue("registry.alarms", "alarm.raised.v1.#"),
            queue("registry.fleet", "reader.connected.v1.#", "reader.disconnected.v1.#", "gateway.beat.v1.#"),
            queue("registry.snapshots", "snapshot.requested.v1.#"),
        ),
        policies=(
            Policy(
                name="work",
                pattern=r"^(verification|registry)\.",
                definition={
                    "delivery-limit": DELIVERY_LIMIT,
                    "dead-letter-exchange": DEAD_LETTERS,
                    "dead-letter-strategy": "at-least-once",
                    "overflow": "reject-publish",
                    **SPREAD,
                },
            ),
            # looking at a dead letter gives it back; RabbitMQ 4 counts that, and drops it at the 20th time
            Policy(
                name="dead-letters",
                pattern=f"^{re.escape(DEAD_LETTERS)}$",
                definition={"delivery-limit": 1_000_000_000, **SPREAD},
            ),
        ),
        accounts=(
            *(_service(name, password) for name, password in accounts.services.items()),
            *(_gateway(name, password) for name, password in accounts.gateways.items()),
            *(_operator(name, password) for name, password in accounts.operators.items()),
        ),
    )


def agencies_host(accounts: Accounts) -> VirtualHost:
    """Where agencies read their feeds; the registry is the only one who publishes."""
    return VirtualHost(
        name=AGENCIES_HOST,
        exchanges=(Exchange(name=AGENCIES),),
        queues=tuple(
            Queue(name=feed.queue, exchange=AGENCIES, keys=(f"*.*.*.*.{agency}",))
            for agency, feed in accounts.agencies.items()
        ),
        policies=(
            Policy(
                name="feeds",
                pattern=".*",
                definition={"max-length": FEED_LENGTH, "overflow": "drop-head", **SPREAD},
            ),
        ),
        accounts=(
            Account(
                name="registry", password=accounts.services["registry"], write=f"^{re.escape(AGENCIES)}$"
            ),
            *(
                Account(
                    name=agency,
                    password=feed.password,
                    read=f"^{re.escape(feed.queue)}$",
                    limits={"max-connections": 8, "max-channels": 32},
                )
                for agency, feed in accounts.agencies.items()
            ),
        ),
    )


def _service(name: str, password: str) -> Account:
    exchanges = "|".join(re.escape(exchange) for exchange in (EVENTS, DEAD_LETTERS))
    return Account(name=name, password=password, write=f"^({exchanges})$", read=rf"^{re.escape(name)}\.")


def _operator(name: str, password: str) -> Account:
    # a replayed message is its first publisher's, and the broker lets only impersonators say so
    return Account(
        name=name,
        password=password,
        write=f"^{re.escape(EVENTS)}$",
        read=f"^{re.escape(DEAD_LETTERS)}$",
        tags="impersonator",
    )


def _gateway(name: str, password: str) -> Account:
    # its reply queue expires when it stays away, so it makes that one itself
    # (and a stand-in or two, for it lives on one node of a cluster)
    queue = rf"gateway\.{re.escape(name)}(\.[12])?"
    said = "|".join(re.escape(kind.name) for kind in CATALOGUE if kind.sender == "gateway")
    spoken = rf"^({said})\.v[0-9]+\.{re.escape(name)}$"
    region = re.escape(name.partition(".")[0])
    heard = rf"^(tap\.judged\.v[0-9]+\.{re.escape(name)}|key\.published\.v[0-9]+\.{region}\.verification)$"
    return Account(
        name=name,
        password=password,
        configure=f"^{queue}$",
        write=rf"^({queue}|{re.escape(EVENTS)})$",
        read=rf"^({queue}|{re.escape(EVENTS)})$",
        topics=((EVENTS, spoken, heard),),
        limits={"max-connections": 8, "max-channels": 32},
    )
