"""State that the registry owns and verification keeps a copy of; the higher version wins."""

from typing import Annotated

from msgspec import Meta, Struct

from ketuk_events.names import LINE, Code, EventId, Identifier, PlaceCode, Region, Timestamp, Version, whole

CardRef = Annotated[str, Meta(pattern=whole("[0-9a-f]{64}"), description="Keyed hash of the card's UID.")]

Pem = Annotated[str, Meta(max_length=1000)]


class CardStatusChanged(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A card's status as of a version, and whose it is where the registry knows."""

    card_ref: CardRef
    status: Annotated[Code, Meta(description="not-activated, active, blocked, lost, damaged, replaced.")]
    version: Version
    holder: (
        Annotated[
            str, Meta(pattern=whole("[0-9a-f]{64}"), description="Keyed hash of its holder's NIK, in events.")
        ]
        | None
    ) = None


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
    institution: Annotated[Identifier | None, Meta(description="Where it is told again.")] = None
    public_key: Annotated[Pem | None, Meta(description="Where it is told again.")] = None
    revoked: Annotated[bool, Meta(description="Its key is not known any more.")] = False


class KeyPublished(Struct, frozen=True, kw_only=True):
    """A public key of a service that others seal for or check against."""

    key_id: Annotated[str, Meta(max_length=64, pattern=LINE)]
    use: Annotated[Code, Meta(description="seal, sign or issuer.")]
    public_key: Annotated[str, Meta(max_length=1000, description="PEM.")]
    valid_until: Timestamp
    version: Version
    owner: Annotated[Identifier, Meta(description="Who has the private key.")] = "verification"
    valid_from: Timestamp = "1970-01-01T00:00:00.000Z"
    withdrawn: Annotated[bool, Meta(description="It counts no more, and never will again.")] = False
    root_signature: Annotated[
        bytes, Meta(max_length=128, description="Of the city's root, DER, over `signed_part`; for use seal.")
    ] = b""

    def signed_part(self) -> bytes:
        """The bytes that the root's signature covers."""
        said = (self.use, self.owner, self.key_id, self.valid_from, self.valid_until, self.public_key)
        return b"\x00".join((b"ketuk key v1", *(word.encode() for word in said)))


class Purpose(Struct, frozen=True, kw_only=True):
    """The rules of one purpose."""

    purpose: Identifier
    needs: Annotated[tuple[Code, ...], Meta(description="The checks that must pass.")]
    good_word: Annotated[Code, Meta(description="The outcome when all passed: verified or alive.")]
    wants_status: Annotated[Code, Meta(description="The card status that the purpose wants.")]
    max_age_seconds: Annotated[int, Meta(gt=0, le=2**31 - 1, description="A tap older than this is late.")]


class PurposesChanged(Struct, frozen=True, kw_only=True):
    """All purposes as of a version."""

    purposes: tuple[Purpose, ...]
    version: Version


class SnapshotRequested(Struct, frozen=True, kw_only=True):
    """A fresh database asks for everything."""

    asked_by: Identifier


class SnapshotPart(Struct, frozen=True, kw_only=True):
    """A part of everything; after the last part the projection is whole."""

    part: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    parts: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    asked: Annotated[EventId | None, Meta(description="The request that it answers.")] = None
    answer: Annotated[EventId | None, Meta(description="The same in all parts of one answer.")] = None
    cards: tuple[CardStatusChanged, ...] = ()
    approved: tuple[GatewayApproved, ...] = ()
    suspended: tuple[GatewaySuspended, ...] = ()
    purposes: PurposesChanged | None = None
    keys: tuple[KeyPublished, ...] = ()
