"""Who may do what on the broker: each account tries everything, and the documents have the table.

`KETUK_WRITE_PERMISSIONS=1` writes the table.
"""

import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aio_pika
import pytest
from yarl import URL

from tests.integration.permissions.operations import OPERATIONS, Subject, is_allowed
from tests.integration.registry.conftest import QUEUES as REGISTRYS
from tests.support.purge import purge

PAGE = Path(__file__).parents[3] / "docs" / "operating" / "permissions.md"
GATEWAY, AGENCY, VERIFICATION, REGISTRY, OPERATOR = (
    "gateway",
    "agency",
    "verification",
    "registry",
    "operator",
)
ACCOUNTS = (GATEWAY, AGENCY, VERIFICATION, REGISTRY, OPERATOR)
QUEUES = (*REGISTRYS, "verification.readings", "verification.projection", "gateway.3372.polresta-surakarta")
ALL = frozenset(ACCOUNTS)
SERVICES = frozenset({VERIFICATION, REGISTRY})
GRANTED: Mapping[str, frozenset[str]] = {
    "purge its own queue": ALL,
    "consume its own queue": ALL,
    "get from its own queue": ALL,
    "see how long its own queue is": ALL,
    "see how long another's queue is": ALL,
    "publish what it is for, in its own name": ALL - {AGENCY},
    "publish what it is for, in no name": ALL - {AGENCY},
    "publish in another's name": frozenset({OPERATOR}),
    "publish under another's routing key": SERVICES | {OPERATOR},
    "publish a dead letter": SERVICES,
    "take answers at `amq.rabbitmq.reply-to`": ALL,
    "enter the other virtual host": frozenset({REGISTRY}),
    "have more than 8 connections": SERVICES | {OPERATOR},
    "have more than 32 channels on a connection": SERVICES | {OPERATOR},
}
"""By operation; what has no line is granted to nobody."""


def subject(name: str, found: Mapping[str, str]) -> Subject:
    own, others = "3372.kelurahan-jebres", "3372.polresta-surakarta"
    feed = {
        agency: URL(found[f"AMQP_AGENCY_{agency.upper().replace('-', '_')}_URL"])
        for agency in ("kelurahan-jebres", "polresta-surakarta")
    }
    management = str(URL(found["AMQP_MANAGEMENT_URL"]).with_user(None))
    url, queue, others_queue, key = {
        GATEWAY: (
            found["AMQP_GATEWAY_KELURAHAN_JEBRES_URL"],
            f"gateway.{own}",
            f"gateway.{others}",
            f"card.presented.v1.{own}",
        ),
        AGENCY: (
            str(feed["kelurahan-jebres"].with_query(None)),
            feed["kelurahan-jebres"].query["queue"],
            feed["polresta-surakarta"].query["queue"],
            "verified.v1.x.x.kelurahan-jebres",
        ),
        VERIFICATION: (
            found["AMQP_VERIFICATION_URL"],
            "verification.readings",
            "registry.verdicts",
            f"tap.judged.v1.{own}",
        ),
        REGISTRY: (
            found["AMQP_REGISTRY_URL"],
            "registry.verdicts",
            "verification.readings",
            f"gateway.approved.v1.{own}",
        ),
        OPERATOR: (
            found["AMQP_OPERATOR_URL"],
            "ketuk.dead-letters",
            "verification.readings",
            f"card.presented.v1.{own}",
        ),
    }[name]
    return Subject(
        name=name,
        url=url,
        queue=queue,
        others_queue=others_queue,
        exchange="ketuk.agencies" if name == AGENCY else "ketuk.events",
        key=key,
        others_key=f"tap.judged.v1.{others}",
        other_host="ketuk" if name == AGENCY else "ketuk-agencies",
        management=management,
    )


@pytest.fixture
async def _nothing_left(stack_env: Mapping[str, str]) -> AsyncIterator[None]:
    """Without what was published."""
    yield
    admin = str(URL(stack_env["AMQP_ADMIN_URL"]).with_path("/ketuk"))
    async with await aio_pika.connect(admin) as connection:
        await purge(await connection.channel(), QUEUES)


@pytest.mark.usefixtures("_nothing_left")
@pytest.mark.parametrize("name", ACCOUNTS)
async def test_an_account_may_do_what_the_table_grants_it_and_nothing_else(
    stack_env: Mapping[str, str], name: str
) -> None:
    tried = subject(name, stack_env)
    allowed = {what for what, operation in OPERATIONS.items() if await is_allowed(operation, tried)}
    assert allowed == {what for what, who in GRANTED.items() if name in who}


HEAD = """\
# Who may do what on the broker

A test tries each of these as each account on the real broker, and writes this table
(`tests/integration/permissions`).

The account of a gateway that is suspended has the same rights: verification judges what it sends.
That of one that was revoked is deleted; its connections are closed, and its queue goes with it.
What is published in no name is a dead letter, for every consumer wants the sender's own name. Who
knows the name of a queue can see its length: RabbitMQ asks for no right there. The names of feeds
have a part that cannot be guessed.

"""


def page() -> str:
    rows = [["", *ACCOUNTS], ["---"] * (len(ACCOUNTS) + 1)]
    rows += [
        [what, *("yes" if name in GRANTED.get(what, ()) else "no" for name in ACCOUNTS)]
        for what in OPERATIONS
    ]
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def test_the_table_in_the_documents_is_the_one_that_is_tried() -> None:
    assert set(GRANTED) <= set(OPERATIONS)
    if os.environ.get("KETUK_WRITE_PERMISSIONS") == "1":
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
