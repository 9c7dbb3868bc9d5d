"""What somebody has to look into: two things that cannot both be true."""

from typing import Annotated

from msgspec import Meta, Struct

from ketuk_events.names import Code, Identifier, PlaceCode, Region, TapId, whole

SIGNATURE_DISPUTED = "signature-disputed"
"""The SAM and verification's own check disagree on a card's signature: one of them, or the gateway, lies."""
OTHER_EVIDENCE = "other-evidence"
"""A gateway sent other evidence for a tap that was judged; the verdict stands."""

OTHER_HOLDER = "other-holder"
"""A card of one person came with the signed data of another."""


class AlarmRaised(Struct, frozen=True, kw_only=True):
    """Something at a reader that somebody has to look into; it names no person."""

    alarm: Annotated[Code, Meta(description="signature-disputed, other-evidence or other-holder.")]
    tap: TapId
    region: Region
    gateway: Identifier
    reader: Identifier
    place: PlaceCode
    institution: Identifier
    card_ref: (
        Annotated[str, Meta(pattern=whole("[0-9a-f]{64}"), description="Keyed hash of the UID.")] | None
    ) = None
