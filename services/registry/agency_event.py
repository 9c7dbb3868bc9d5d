"""The message that goes to an agency: a structured CloudEvent and the signature over its exact bytes."""

from uuid import UUID

import msgspec
from joserfc import jws
from joserfc.jwk import ECKey
from msgspec import Struct

from ketuk_events.agency import CardOutcome
from ketuk_events.catalogue import Kind
from ketuk_events.events import Wire

CONTENT_TYPE = "application/cloudevents+json"
SIGNATURE = "ketuk-signature"


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
        self._region = region

    @property
    def public_keys(self) -> dict[str, object]:
        """The JWK set with which agencies check the signature."""
        return {"keys": [self._key.as_dict(private=False)]}

    def signed(self, kind: Kind, data: CardOutcome, *, event_id: UUID, institution: str) -> Wire:
        """The message, ready to be sent to an institution.

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
        signature = jws.serialize_compact({"alg": "ES256", "kid": self._key.kid}, body, self._key)
        return Wire(
            message_id=str(event_id),
            routing_key=kind.routing_key(region=self._region, owner=institution),
            headers={SIGNATURE: jws.detach_content(signature)},
            body=body,
            delivery=kind.delivery,
            content_type=CONTENT_TYPE,
        )
