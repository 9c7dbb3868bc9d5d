"""What an agency receives: only what its agreement grants.

The three kinds differ in their type alone (`card.verified`, `card.refused`, `card.inconclusive`). Each is a
structured CloudEvent (`application/cloudevents+json`); the AMQP header `ketuk-signature` carries a detached
JWS (RFC 7515, appendix F) over the exact bytes of the body.
"""

from typing import Annotated

from msgspec import Meta, Struct

from ketuk_events.names import LINE, Code, Identifier, PlaceCode, Timestamp, Version, whole


class Rules(Struct, frozen=True, kw_only=True):
    """Under which rules the verdict came about."""

    purpose: Identifier
    purpose_version: Version
    agreement: Annotated[str, Meta(max_length=80, pattern=LINE, description="The agency's own reference.")]
    agreement_version: Version


class CardOutcome(Struct, frozen=True, kw_only=True):
    """The verdict on one tap, as one agency may know it."""

    audience: Annotated[
        Identifier,
        Meta(description="The institution for which this was written. What names another is not for you."),
    ]
    tap: Annotated[
        str, Meta(pattern=whole("[0-9a-f]{32}"), description="Keyed hash, different for each agency.")
    ]
    tapped: Annotated[Timestamp, Meta(description="When the tap began.")]
    place: Annotated[
        PlaceCode, Meta(description="Where the gateway stands by the registry's own record of it.")
    ]
    reader: Identifier
    officer: Identifier
    outcome: Annotated[Code, Meta(description="verified, refused or inconclusive.")]
    assurance: Annotated[
        Code, Meta(description="none, chip, vouched (by a terminal), genuine or holder: what was reached.")
    ]
    reason: Annotated[
        str, Meta(max_length=100, pattern=LINE, description="`check/code`, empty when verified.")
    ]
    rules: Rules
    person: Annotated[
        str | None, Meta(description="Pairwise pseudonym; the same person, another agency: another word.")
    ] = None
    attributes: Annotated[
        str | None, Meta(description="JWE for the agency's key: the granted attributes as JSON.")
    ] = None
