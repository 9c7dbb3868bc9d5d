from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bench.verification.hostile import KINDS, Letter, hostile
from chassis.crypto.sealing import Opener, Sealer
from chassis.messaging.batch_consumer import Arrival
from dev.stack.secret_files import public_pem
from ketuk_events.catalogue import CARD_READ
from ketuk_events.events import Malformed, event, from_wire, to_wire
from ketuk_events.names import from_timestamp
from ketuk_events.taps import CardRead
from tests.unit.verification.given import evidence
from verification.evidence.opening import Opened, Unauthenticated, open_reading
from verification.rules.case import KnownGateway

IDENTITY, RECIPIENT = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))


def good() -> Letter:
    found = evidence()
    asked = found.asked
    sender = f"{asked.region}.{asked.gateway}"
    sealer = Sealer(sender=sender, identity=IDENTITY, recipient=RECIPIENT.public_key())
    sealed = sealer.seal(msgspec.json.encode(found), now=from_timestamp(found.ended))
    read = CardRead(tap=found.tap, asked=asked, began=found.began, ended=found.ended, evidence=sealed)
    wire = to_wire(
        event(
            CARD_READ,
            read,
            event_id=uuid4(),
            region=asked.region,
            source=asked.gateway,
            owner=asked.gateway,
            time=datetime.now(UTC),
        )
    )
    return Letter(
        user=sender,
        message_id=wire.message_id,
        routing_key=wire.routing_key,
        headers=dict(wire.headers),
        body=wire.body,
    )


def opened(letter: Letter) -> Opened:
    arrived = from_wire(
        message_id=letter.message_id,
        routing_key=letter.routing_key,
        headers=letter.headers,
        body=letter.body,
    )
    asked = evidence().asked
    known = KnownGateway(institution=asked.institution, public_key=public_pem(IDENTITY), approved=True)
    return open_reading(
        Arrival(event=arrived, user=letter.user, body=letter.body),
        gateways={f"{asked.region}.{asked.gateway}": known},
        opener=Opener(keys=(RECIPIENT,)),
    )


def test_a_good_letter_opens() -> None:
    assert opened(good()).evidence == evidence()


def test_each_kind_of_hostile_letter_is_refused_for_another_reason() -> None:
    reasons = []
    for letter in hostile([good()] * len(KINDS)):
        with pytest.raises((Malformed, Unauthenticated)) as refused:
            opened(letter)
        reasons.append(str(refused.value))
    assert len(reasons) == len(KINDS) == len(set(reasons)), reasons
