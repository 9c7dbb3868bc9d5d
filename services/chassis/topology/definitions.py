"""Ketuk's two virtual hosts: one for the services, one for the agencies."""

import re

from msgspec import Struct

from chassis.messaging.broker import DEAD_LETTERS, EVENTS
from chassis.topology.model import Account, Exchange, Policy, Queue, VirtualHost
from ketuk_events.catalogue import CATALOGUE, KEY_PUBLISHED, TAP_JUDGED

SERVICES_HOST = "ketuk"
AGENCIES_HOST = "ketuk-agencies"
AGENCIES = "ketuk.agencies"
DELIVERY_LIMIT = 20
FEED_LENGTH = 1_000_000
FEED_BYTES = 1024**3
WORK_BYTES = 256 * 1024**2
"""Of each work queue. When one is full the broker refuses what comes, and whoever sent it keeps it."""
DEAD_BYTES = 256 * 1024**2
DEAD_MILLISECONDS = 30 * 24 * 3_600_000
"""Sealed evidence lies there whole: a month to mend what was wrong, in which its key must not go."""
NO_DELIVERY_LIMIT = 1_000_000_000
"""More than any restart loop reaches; RabbitMQ 4 has 20 where nothing is said, and then drops the message."""
REPLY_STAND_INS = 2
REPLY_MILLISECONDS = 3_600_000
"""A verdict that is an hour old is shown to nobody; keys are told again every five minutes."""
REPLY_BYTES = 8 * 1024**2
"""An hour of verdicts at a busy counter takes a fifth of that."""
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
            *(_replies(name) for name in accounts.gateways),
        ),
        policies=(
            Policy(
                name="work",
                pattern=r"^(verification|registry)\.",
                definition={
                    "delivery-limit": DELIVERY_LIMIT,
                    "dead-letter-exchange": DEAD_LETTERS,
                    "dead-letter-strategy": "at-least-once",
                    "max-length-bytes": WORK_BYTES,
                    "overflow": "reject-publish",
                    **SPREAD,
                },
            ),
            # looking at a dead letter gives it back; RabbitMQ 4 counts that, and drops it at the 20th time
            Policy(
                name="dead-letters",
                pattern=f"^{re.escape(DEAD_LETTERS)}$",
                definition={
                    "delivery-limit": NO_DELIVERY_LIMIT,
                    "message-ttl": DEAD_MILLISECONDS,
                    "max-length-bytes": DEAD_BYTES,
                    "overflow": "drop-head",
                    **SPREAD,
                },
            ),
            # without `expires`: one that went while its gateway was away would have to be made by hand
            Policy(
                name="replies",
                pattern=r"^gateway\.",
                definition={
                    "message-ttl": REPLY_MILLISECONDS,
                    "max-length-bytes": REPLY_BYTES,
                    "overflow": "drop-head",
                },
            ),
            _bound(max(WORK_BYTES, DEAD_BYTES, REPLY_BYTES)),
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
                definition={
                    # an event that was not acknowledged comes again, however often its subscriber was killed
                    "delivery-limit": NO_DELIVERY_LIMIT,
                    "max-length": FEED_LENGTH,
                    "max-length-bytes": FEED_BYTES,
                    "overflow": "drop-head",
                    **SPREAD,
                },
            ),
            _bound(FEED_BYTES),
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


def _bound(most: int) -> Policy:
    """No queue escapes a bound in bytes, whoever makes it and with whatever arguments."""
    return Policy(name="bound", pattern=".*", definition={"max-length-bytes": most}, is_operators=True)


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
        tags=("impersonator",),
    )


def _replies(name: str) -> Queue:
    """What is said to a gateway. What waits there stands in the registry, or is told again."""
    region = name.partition(".")[0]
    return Queue(
        name=f"gateway.{name}",
        exchange=EVENTS,
        keys=(f"{TAP_JUDGED.name}.v1.{name}", f"{KEY_PUBLISHED.name}.v1.{region}.verification"),
        # a quorum queue lets a second consumer in, whatever the first one asked for
        kind="classic",
        stand_ins=REPLY_STAND_INS,
        is_replaceable=True,
    )


def _gateway(name: str, password: str) -> Account:
    # It configures nothing: a pattern does not tell queues from exchanges, and what is published to an
    # exchange of its own, or dead-lettered by a queue of its own, is under no topic permission.
    said = "|".join(re.escape(kind.name) for kind in CATALOGUE if kind.sender == "gateway")
    spoken = rf"^({said})\.v[0-9]+\.{re.escape(name)}$"
    return Account(
        name=name,
        password=password,
        write=f"^{re.escape(EVENTS)}$",
        read=rf"^gateway\.{re.escape(name)}(\.[1-{REPLY_STAND_INS}])?$",
        topics=((EVENTS, spoken, "^$"),),
        limits={"max-connections": 8, "max-channels": 32},
    )
