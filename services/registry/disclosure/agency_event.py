"""The message that goes to an agency: a structured CloudEvent and the signature over its exact bytes."""

from base64 import urlsafe_b64encode
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey
from msgspec import Struct

from chassis.crypto.sealing import private_key
from ketuk_events.agency import CardOutcome
from ketuk_events.catalogue import Kind
from ketuk_events.events import Wire

CONTENT_TYPE = "application/cloudevents+json"
SIGNATURE = "ketuk-signature"
_ES256 = ec.ECDSA(hashes.SHA256())


class Structured(Struct, frozen=True, kw_only=True):
    """CloudEvents 1.0 in its JSON format."""

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    time: str
    dataschema: str
    datacontenttype: str = "application/json"
    data: CardOutcome


class EventSigner:
    """Writes and signs what agencies receive, in the name of one region's registry."""

    def __init__(self, *, key: str, region: str) -> None:
        """Take the signing key (P-256, PEM)."""
        self._key = ECKey.import_key(key, {"use": "sig", "alg": "ES256"})
        self._key.ensure_kid()
        self._private = private_key(key)
        self._header = urlsafe_b64encode(msgspec.json.encode({"alg": "ES256", "kid": self._key.kid})).rstrip(
            b"="
        )
        self._region = region

    @property
    def public_keys(self) -> dict[str, object]:
        """The JWK set with which agencies check the signature."""
        return {"keys": [self._key.as_dict(private=False)]}

    def signed(self, kind: Kind, data: CardOutcome, *, event_id: UUID) -> Wire:
        """The message, ready to be sent to the institution for which it was written.

        The header `ketuk-signature` holds a JWS in compact form, ES256, with its content detached (RFC 7515,
        appendix F).
        """
        body = msgspec.json.encode(
            Structured(
                id=str(event_id),
                source=f"urn:ketuk:{self._region}:registry",
                type=kind.type,
                time=data.tapped,
                dataschema=kind.schema,
                data=data,
            )
        )
        return Wire(
            message_id=str(event_id),
            routing_key=kind.routing_key(region=self._region, owner=data.audience),
            headers={SIGNATURE: self._signature(body)},
            body=body,
            delivery=kind.delivery,
            content_type=CONTENT_TYPE,
        )

    def _signature(self, body: bytes) -> str:
        # the header is the same for every message: that is why no library writes it each time
        content = self._header + b"." + urlsafe_b64encode(body).rstrip(b"=")
        pair = decode_dss_signature(self._private.sign(content, _ES256))
        signature = b"".join(number.to_bytes(32) for number in pair)
        return (self._header + b".." + urlsafe_b64encode(signature).rstrip(b"=")).decode()
