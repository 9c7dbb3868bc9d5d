"""What is said of a tap, from the field to the verdict."""

from typing import Annotated

from msgspec import Meta, Struct

from ketuk_events.asked import Asked
from ketuk_events.evidence import ChipNote
from ketuk_events.names import LINE, Code, TapId, Timestamp, Version, whole
from ketuk_events.sealed import Sealed

LONGEST_DETAIL = 80
"""Of a check, in characters."""


class CardPresented(Struct, frozen=True, kw_only=True):
    """A card entered the field, a known or an unknown one."""

    tap: TapId
    asked: Asked


class CardRemoved(Struct, frozen=True, kw_only=True):
    """The card left the field."""

    tap: TapId
    asked: Asked


class CardRead(Struct, frozen=True, kw_only=True):
    """The evidence of one tap."""

    tap: TapId
    asked: Asked
    began: Timestamp
    ended: Timestamp
    evidence: Annotated[Sealed, Meta(description="For verification; the content is `Evidence`.")]


class CheckResult(Struct, frozen=True, kw_only=True):
    """One check of a verdict."""

    check: Annotated[Code, Meta(description="reader.trusted … nik.consistent, in their order.")]
    result: Annotated[Code, Meta(description="passed, failed or not-done.")]
    code: Annotated[Code, Meta(description="Why; the outcome catalogue has a sentence for each.")]
    detail: Annotated[
        str,
        Meta(
            max_length=LONGEST_DETAIL, pattern=LINE, description="Such as the file concerned; never personal."
        ),
    ] = ""


class TapJudged(Struct, frozen=True, kw_only=True):
    """The verdict on one tap."""

    tap: TapId
    asked: Asked
    began: Timestamp
    judged: Timestamp
    outcome: Annotated[Code, Meta(description="verified, refused, inconclusive or, for a chip check, alive.")]
    assurance: Annotated[
        Code, Meta(description="none, chip, vouched (by a terminal), genuine or holder: what was reached.")
    ]
    reason: Annotated[
        CheckResult | None, Meta(description="The check that decided, unless all needed ones passed.")
    ]
    checks: tuple[CheckResult, ...]
    purpose_version: Version
    projection_version: Version
    card_ref: (
        Annotated[str, Meta(pattern=whole("[0-9a-f]{64}"), description="Keyed hash of the UID.")] | None
    ) = None
    chip: Annotated[ChipNote | None, Meta(description="What was noted beside a chip check.")] = None
    person: Annotated[Sealed | None, Meta(description="For the registry; the content is `Person`.")] = None
