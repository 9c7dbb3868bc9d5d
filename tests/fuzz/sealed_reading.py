"""Fuzz target: what arrives at verification is judged, or refused with a reason that quotes nothing.

The first byte says how far the bytes come: as a message, as one of its headers, as what stands outside, or as
evidence that a gateway which lies has sealed.
"""

import string
from collections.abc import Iterator
from functools import cache
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import structs

from chassis.crypto.sealing import Opener, Sealer
from chassis.messaging.message_handler import Arrival
from dev.stack.secret_files import public_pem
from ketuk_events import catalogue
from ketuk_events.events import Malformed, Wire, event, from_wire, to_wire
from ketuk_events.evidence import Evidence
from ketuk_events.outcomes import Outcome
from ketuk_events.projection import KeyPublished
from ketuk_events.tap_ids import milliseconds, told_by
from ketuk_events.taps import CardRead, TapJudged
from simulator.files import with_length
from simulator.signature_file import sign
from tests.unit.verification.given import BIODATA, NOW, PURPOSES, evidence
from verification.evidence.card_signature import issuers
from verification.evidence.opening import Opened, Unauthenticated, open_reading
from verification.projection.store import Knowledge
from verification.rules.case import KnownCard, KnownGateway, Rules
from verification.tap_judge import Bench

NAME = "3372.kelurahan-jebres"
ISSUER = ec.generate_private_key(ec.SECP256R1())
SIGNED = sign(ISSUER, biodata_file=with_length(BIODATA.encode()), photo_file=with_length(b"photo"))
FOUND = structs.replace(evidence(), photo=b"photo", signature_file=SIGNED)
MESSAGE, HEADER, OUTSIDE, INSIDE = range(4)
EVIDENCE = msgspec.json.encode(FOUND)
HEADERS = ("type", "source", "id", "time", "specversion", "dataschema")
PLAIN = set(string.printable)
"""What a reason is written in; a quoted value may be anything."""
DAY = 86_400_000 + 60_000
"""Milliseconds, and the minute by which id and time may differ."""


@cache
def _keys() -> tuple[ec.EllipticCurvePrivateKey, ec.EllipticCurvePrivateKey]:
    return ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


@cache
def _sealer() -> Sealer:
    gateway, verification = _keys()
    return Sealer(sender=NAME, identity=gateway, recipient=verification.public_key())


@cache
def _known() -> tuple[dict[str, KnownGateway], Opener]:
    gateway, verification = _keys()
    known = KnownGateway(institution=FOUND.asked.institution, public_key=public_pem(gateway), approved=True)
    return {NAME: known}, Opener(keys=(verification,))


@cache
def _issuer() -> KeyPublished:
    ends = "2100-01-01T00:00:00.000Z"
    return KeyPublished(key_id="x", use="issuer", public_key=public_pem(ISSUER), valid_until=ends, version=1)


@cache
def _bench() -> Bench:
    return Bench(sealer=_sealer(), card_key=bytes(32))


def once(raw: bytes) -> None:
    how, rest = (raw[0] % 4 if raw else MESSAGE), raw[1:]
    sent = _wire(rest if how == INSIDE else EVIDENCE)
    if how == MESSAGE:
        sent = structs.replace(sent, body=rest)
    if how == OUTSIDE:
        sent = structs.replace(sent, body=_outside(sent.body, rest))
    if how == HEADER:
        name = HEADERS[rest[0] % len(HEADERS)] if rest else HEADERS[0]
        sent = structs.replace(sent, headers={**sent.headers, f"cloudEvents_{name}": _word(rest[1:])})
    opened = _opened(sent)
    if opened is not None:
        _is_judged(opened)


def seeds() -> Iterator[bytes]:
    yield bytes((MESSAGE,)) + _wire(EVIDENCE).body
    yield bytes((MESSAGE,)) + b'{"tap":' + b"[" * 1_500
    for number in range(len(HEADERS)):
        yield bytes((HEADER, number)) + b"id.ketuk.card.read.v1"
    for field in (b"tap", b"began", b"asked", b"evidence"):
        yield bytes((OUTSIDE,)) + field + b"=" + b'"2026-11-24T05:00:00.000Z"'
    yield bytes((INSIDE,)) + EVIDENCE
    for word, other in (
        (b'"tries":0', b'"tries":-1'),
        (b"2026-11-24", b"2199-01-01"),
        (b'"record"', b'"curiosity"'),
        (b'"ktp-el"', b'"none"'),
        (b'"photo":"', b'"photo":"AAAA'),
        (b'"signature_file":"AQ', b'"signature_file":"Ag'),
    ):
        yield bytes((INSIDE,)) + EVIDENCE.replace(word, other)


def _wire(content: bytes) -> Wire:
    """What a gateway sends that sealed this; outside stands the same, where it is evidence at all."""
    try:
        found = msgspec.json.decode(content, type=Evidence)
        read = CardRead(
            tap=found.tap,
            asked=found.asked,
            began=found.began,
            ended=found.ended,
            evidence=_sealer().seal(content, now=NOW),
        )
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        read = CardRead(
            tap=FOUND.tap,
            asked=FOUND.asked,
            began=FOUND.began,
            ended=FOUND.ended,
            evidence=_sealer().seal(content, now=NOW),
        )
    return to_wire(
        event(
            catalogue.CARD_READ,
            read,
            event_id=UUID(int=7),
            region="3372",
            source="kelurahan-jebres",
            owner="kelurahan-jebres",
            time=NOW,
        )
    )


def _outside(body: bytes, raw: bytes) -> bytes:
    name, _, value = raw.partition(b"=")
    fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    return (
        b"{"
        + b",".join(
            b'"%s":%s' % (key.encode(), value if key.encode() == name else bytes(held))
            for key, held in fields.items()
        )
        + b"}"
    )


def _word(raw: bytes) -> str:
    return raw.decode(errors="replace")


def _opened(sent: Wire) -> Opened | None:
    gateways, opener = _known()
    try:
        came = from_wire(
            message_id=sent.message_id, routing_key=sent.routing_key, headers=sent.headers, body=sent.body
        )
        return open_reading(Arrival(event=came, user=NAME, body=sent.body), gateways=gateways, opener=opener)
    except (Malformed, Unauthenticated) as why:
        said = str(why)
        assert set(said) <= PLAIN, "the reason quotes"
        assert len(said) <= 200
        return None


def _is_judged(opened: Opened) -> None:
    rules = Rules(purposes=PURPOSES, version=1)
    bench = _bench()
    decision = bench.decide(
        opened,
        knowledge=Knowledge(gateways={}, rules=rules, version=1),
        ref=bench.ref(opened),
        card=KnownCard(status="active", holder="0" * 64),
        own_check=issuers((_issuer(),)).check(opened.evidence, at=NOW),
        now=NOW,
    )
    sent = decision.wire
    came = from_wire(
        message_id=sent.message_id, routing_key=sent.routing_key, headers=sent.headers, body=sent.body
    )
    assert came.data == decision.judged, "the verdict is not of the contract"
    assert isinstance(came.data, TapJudged)
    assert came.data.outcome in set(Outcome)
    if came.data.asked.purpose not in PURPOSES:
        assert came.data.outcome == Outcome.INCONCLUSIVE
    if came.data.outcome == Outcome.VERIFIED:
        assert abs(told_by(came.data.tap) - milliseconds(NOW)) < DAY, "verified long before or after"
