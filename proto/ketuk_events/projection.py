"""State that the registry owns and verification keeps a copy of; the higher version wins."""

from typing import Annotated

from msgspec import Meta, Struct

from ketuk_events.names import Code, Identifier, PlaceCode, Region, Timestamp, Version

CardRef = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="Keyed hash of the card's UID.")]


class CardStatusChanged(Struct, frozen=True, kw_only=True):
    """A card's status as of a version."""

    card_ref: CardRef
    status: Annotated[Code, Meta(description="not-activated, active, blocked, lost, damaged, replaced.")]
    version: Version


class GatewayApproved(Struct, frozen=True, kw_only=True):
    """The readings of a gateway count, under this key."""

    region: Region
    gateway: Identifier
    institution: Identifier
    place: PlaceCode
    public_key: Annotated[str, Meta(max_length=1000, description="Identity, P-256, PEM.")]
    version: Version


class GatewaySuspended(Struct, frozen=True, kw_only=True):
    """The readings of a gateway count no more."""

    region: Region
    gateway: Identifier
    version: Version


class KeyPublished(Struct, frozen=True, kw_only=True):
    """A public key of a service that others seal for or check against."""

    key_id: Annotated[str, Meta(max_length=64)]
    use: Annotated[Code, Meta(description="seal, sign or issuer.")]
    public_key: Annotated[str, Meta(max_length=1000, description="PEM.")]
    valid_until: Timestamp
    version: Version


class Purpose(Struct, frozen=True, kw_only=True):
    """The rules of one purpose."""

    purpose: Identifier
    needs: Annotated[tuple[Code, ...], Meta(description="The checks that must pass.")]
    good_word: Annotated[Code, Meta(description="The outcome when all passed: verified or alive.")]
    wants_status: Annotated[Code, Meta(description="The card status that the purpose wants.")]
    max_age_seconds: Annotated[int, Meta(gt=0, description="A tap older than this is late.")]


class PurposesChanged(Struct, frozen=True, kw_only=True):
    """All purposes as of a version."""

    purposes: tuple[Purpose, ...]
    version: Version


class SnapshotRequested(Struct, frozen=True, kw_only=True):
    """A fresh database asks for everything."""

    asked_by: Identifier


class SnapshotPart(Struct, frozen=True, kw_only=True):
    """A part of everything; after the last part the projection is whole."""

    part: Annotated[int, Meta(ge=1)]
    parts: Annotated[int, Meta(ge=1)]
    cards: tuple[CardStatusChanged, ...] = ()
    approved: tuple[GatewayApproved, ...] = ()
    suspended: tuple[GatewaySuspended, ...] = ()
    purposes: PurposesChanged | None = None
