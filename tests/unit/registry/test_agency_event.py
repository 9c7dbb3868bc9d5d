import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from dev.contract.examples import examples
from ketuk_events.agency import CardOutcome
from ketuk_events.catalogue import CARD_VERIFIED
from ketuk_events.events import Wire
from registry.disclosure.agency_event import EventSigner

EXAMPLE = examples()[CARD_VERIFIED]
_KEY = (
    ec.generate_private_key(ec.SECP256R1())
    .private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    .decode()
)


def signer() -> EventSigner:
    return EventSigner(key=_KEY, region="3372")


def signed() -> Wire:
    assert isinstance(EXAMPLE.data, CardOutcome)
    return signer().signed(CARD_VERIFIED, EXAMPLE.data, event_id=EXAMPLE.id)


def check(wire: Wire, body: bytes) -> None:
    keys = KeySet.import_key_set(msgspec.convert(signer().public_keys, dict[str, list[dict[str, str]]]))  # type: ignore[arg-type]
    jws.deserialize_compact(wire.headers["ketuk-signature"], keys, ["ES256"], payload=body)


def test_an_agency_event_is_a_structured_cloudevent() -> None:
    wire = signed()
    event = msgspec.json.decode(wire.body)
    data = event.pop("data")
    assert event == {
        "specversion": "1.0",
        "id": str(EXAMPLE.id),
        "source": "urn:ketuk:3372:registry",
        "type": "id.ketuk.card.verified.v1",
        "time": data["tapped"],
        "dataschema": "urn:ketuk:schema:card.verified.v1",
        "datacontenttype": "application/json",
    }
    assert msgspec.convert(data, CardOutcome) == EXAMPLE.data
    assert wire.content_type == "application/cloudevents+json"
    assert wire.routing_key == "card.verified.v1.3372.polresta-surakarta"


def test_the_signature_holds_over_the_exact_bytes() -> None:
    wire = signed()
    check(wire, wire.body)
    with pytest.raises(BadSignatureError):
        check(wire, wire.body.replace(b"genuine", b"holder!"))


def test_the_signature_does_not_carry_the_content() -> None:
    assert signed().headers["ketuk-signature"].split(".")[1] == ""


def test_the_public_keys_hold_nothing_private() -> None:
    assert b'"d"' not in msgspec.json.encode(signer().public_keys)
