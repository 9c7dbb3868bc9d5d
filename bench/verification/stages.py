"""What each thing that verification does with a letter costs, measured alone and without a socket.

The rest of its CPU seconds a letter goes to the event loop, the sockets, the drivers of broker and database.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric import ec
from pamqp.header import ContentHeader

from bench.verification.corpus import REGION, Corpus
from bench.verification.site import issuers_key, message
from chassis.crypto.sealing import Opener, Sealer, private_key
from chassis.messaging.batch_consumer import Arrival
from chassis.messaging.fast_amqp import content_header
from chassis.messaging.fast_amqp.batch_publish import Letter as Outgoing
from chassis.messaging.fast_amqp.batch_publish import frames
from chassis.messaging.publisher import properties
from ketuk_events.events import from_wire
from verification.evidence.card_signature import issuers
from verification.evidence.opening import Opened, open_reading
from verification.projection.store import Knowledge
from verification.rules.case import KnownCard, KnownGateway, OwnCheck, Rules
from verification.rules.default_purposes import DEFAULT
from verification.tap_judge import Bench

LETTERS = 4_000
Given = TypeVar("Given")
Made = TypeVar("Made")


def stages(corpus: Corpus) -> dict[str, float]:
    """CPU seconds a letter, by what is done, in its order."""
    letters = corpus.good[:LETTERS]
    spent: dict[str, float] = {}

    def each(what: str, do: Callable[[Given], Made], givens: Sequence[Given]) -> list[Made]:
        began = time.process_time()
        made = [do(given) for given in givens]
        spent[what] = (time.process_time() - began) / len(givens)
        return made

    headers = [ContentHeader(properties=message(each).properties).marshal() for each in letters]
    each("decode the AMQP properties", content_header.read, headers)
    arrivals = each(
        "decode and validate the message",
        lambda letter: Arrival(
            event=from_wire(
                message_id=letter.message_id,
                routing_key=letter.routing_key,
                headers=letter.headers,
                body=letter.body,
            ),
            user=letter.user,
            body=letter.body,
        ),
        letters,
    )
    opener = Opener(keys=(private_key(corpus.verification_key),))
    knowledge = _knowledge(corpus)
    opened = each(
        "authenticate, open, validate and digest the evidence (a wrap serves 25)",
        lambda arrival: open_reading(arrival, gateways=knowledge.gateways, opener=opener),
        arrivals,
    )
    bench = Bench(
        sealer=Sealer(
            sender="verification",
            identity=ec.generate_private_key(ec.SECP256R1()),
            recipient=ec.generate_private_key(ec.SECP256R1()).public_key(),
        ),
        card_key=secrets.token_bytes(32),
    )
    refs = each("name of the card", bench.ref, opened)
    now = datetime.now(UTC)
    here = issuers((issuers_key(corpus),))
    held = each(
        "check the card's signature",
        lambda one: here.check(one.evidence, at=now),
        opened,
    )
    if set(held) != {OwnCheck.HOLDS}:
        raise AssertionError(held)

    def decide(one: tuple[Opened, str | None]) -> Outgoing:
        decision = bench.decide(
            one[0],
            knowledge=knowledge,
            ref=one[1],
            card=KnownCard(status="active"),
            own_check=OwnCheck.HOLDS,
            now=now,
        )
        return Outgoing(
            exchange="ketuk.events",
            routing_key=decision.wire.routing_key,
            mandatory=True,
            properties=properties(
                decision.wire, user="verification", headers={"cloudEvents_sentat": "x" * 24}
            ),
            body=decision.wire.body,
        )

    verdicts = each(
        "checks, verdict, seal for the registry, write down",
        decide,
        list(zip(opened, refs, strict=True)),
    )
    each(
        "encode the AMQP frames", lambda verdict: b"".join(frames(verdict, number=1, most=131_064)), verdicts
    )
    return spent


def _knowledge(corpus: Corpus) -> Knowledge:
    return Knowledge(
        gateways={
            f"{REGION}.{name}": KnownGateway(institution=name, public_key=key, approved=True)
            for name, key in corpus.gateways.items()
        },
        rules=Rules(purposes={each.purpose: each for each in DEFAULT.purposes}, version=DEFAULT.version),
        version=1,
    )
