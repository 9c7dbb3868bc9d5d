from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from chassis.crypto.sealing import Opener, Sealer
from chassis.messaging.batch_consumer import Arrival
from ketuk_events import catalogue
from ketuk_events.events import event
from ketuk_events.evidence import Evidence
from ketuk_events.names import to_timestamp
from ketuk_events.sealed import Sealed
from ketuk_events.taps import CardRead
from tests.unit.verification.given import NOW, TAP, evidence
from verification.evidence.opening import NotYetAuthenticated, Unauthenticated, open_reading
from verification.rules.case import KnownGateway

GATEWAY, OTHER, VERIFICATION = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
NAME = "3372.kelurahan-jebres"
PEM = (
    GATEWAY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
KNOWN = {NAME: KnownGateway(institution="kelurahan-jebres", public_key=PEM, approved=True)}


def sealed(
    found: Evidence, *, identity: ec.EllipticCurvePrivateKey = GATEWAY, recipient: object = None
) -> Sealed:
    key = recipient if isinstance(recipient, ec.EllipticCurvePublicKey) else VERIFICATION.public_key()
    return Sealer(sender=NAME, identity=identity, recipient=key).seal(msgspec.json.encode(found), now=NOW)


def arrival(found: Evidence, seal: Sealed | None = None, **outside: object) -> Arrival:
    read = CardRead(
        tap=found.tap, asked=found.asked, began=found.began, ended=found.ended, evidence=seal or sealed(found)
    )
    return Arrival(
        event=event(
            catalogue.CARD_READ,
            structs.replace(read, **outside),
            event_id=uuid4(),
            region="3372",
            source="kelurahan-jebres",
            owner="kelurahan-jebres",
            time=NOW,
        ),
        user=NAME,
        body=b"",
    )


FOUND = evidence()
OTHER_TAP = TAP[:-1] + "f"
OTHER_PURPOSE = structs.replace(FOUND.asked, purpose="chip-check")
GOOD = arrival(FOUND)


def test_what_a_known_gateway_sealed_is_opened() -> None:
    opened = open_reading(GOOD, gateways=KNOWN, opener=Opener(keys=(VERIFICATION,)))
    assert opened.evidence == FOUND


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (structs.replace(GOOD, user="3372.polresta-surakarta"), "published by another account"),
        (structs.replace(GOOD, user=None), "published by another account"),
        (arrival(FOUND, tap=OTHER_TAP), "says another thing inside"),
        (arrival(FOUND, asked=OTHER_PURPOSE), "says another thing inside"),
        (arrival(FOUND, began="2026-11-24T04:00:00.000Z"), "says another thing inside"),
        (arrival(FOUND, sealed(FOUND, identity=OTHER)), "not signed by its sender"),
        (arrival(FOUND, sealed(FOUND, recipient=OTHER.public_key())), "sealed for another key"),
        (arrival(FOUND, ended="2026-11-24T09:00:00.000Z"), "the wrap had expired"),
        (arrival(FOUND, ended="2026-99-99T09:00:00.000Z"), "not of the contract"),
    ],
)
def test_what_is_not_authentic_is_not_opened(forged: Arrival, reason: str) -> None:
    with pytest.raises(Unauthenticated, match=reason) as refused:
        open_reading(forged, gateways=KNOWN, opener=Opener(keys=(VERIFICATION,)))
    assert refused.value.may_pass == (reason == "sealed for another key")


def test_a_gateway_that_nobody_announced_is_not_believed() -> None:
    with pytest.raises(NotYetAuthenticated, match="unknown gateway"):
        open_reading(GOOD, gateways={}, opener=Opener(keys=(VERIFICATION,)))


def test_a_gateway_speaks_for_its_own_institution_only() -> None:
    other = {NAME: structs.replace(KNOWN[NAME], institution="polresta-surakarta")}
    with pytest.raises(NotYetAuthenticated, match="another institution"):
        open_reading(GOOD, gateways=other, opener=Opener(keys=(VERIFICATION,)))


def test_a_tap_that_ended_before_it_began_is_not_believed() -> None:
    backwards = structs.replace(FOUND, ended=to_timestamp(NOW - timedelta(milliseconds=1)))
    with pytest.raises(Unauthenticated, match="says another thing inside"):
        open_reading(arrival(backwards), gateways=KNOWN, opener=Opener(keys=(VERIFICATION,)))


def test_a_suspended_gateway_is_opened_for_its_reading_is_judged() -> None:
    suspended = {NAME: structs.replace(KNOWN[NAME], approved=False)}
    opened = open_reading(GOOD, gateways=suspended, opener=Opener(keys=(VERIFICATION,)))
    assert not opened.gateway.approved


def test_the_digest_is_of_what_was_sealed_whatever_we_know_of_it() -> None:
    # a newer replica must find the decision that an older one made, of evidence with fewer fields or more
    fields = msgspec.to_builtins(FOUND)
    del fields["tries"]
    content = msgspec.json.encode(fields | {"of_a_newer_version": True})
    seal = Sealer(sender=NAME, identity=GATEWAY, recipient=VERIFICATION.public_key()).seal(content, now=NOW)
    opened = open_reading(arrival(FOUND, seal), gateways=KNOWN, opener=Opener(keys=(VERIFICATION,)))
    assert opened.digest == sha256(content).digest()
