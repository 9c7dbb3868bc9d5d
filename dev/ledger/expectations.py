"""What each kind of simulated card must come to, for the purpose `record` on an approved reader."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expected:
    """An outcome and the reason for it, as an agency's event has them."""

    outcome: str
    reason: str = ""


CORE: dict[str, Expected] = {
    "healthy": Expected("verified"),
    "photo-copied": Expected("refused", "card.authentic/authentication-failed"),
    "data-altered": Expected("refused", "data.signed/signature-invalid"),
    "wrong-issuer": Expected("refused", "data.signed/signature-invalid"),
    "not-activated": Expected("refused", "card.status/not-activated"),
    "blocked": Expected("refused", "card.status/blocked"),
    "unknown": Expected("inconclusive", "card.status/unknown-card"),
    "not-a-ktp": Expected("refused", "chip.answers/not-a-ktp"),
    "mute": Expected("refused", "chip.answers/no-answer"),
    "mute-unproven": Expected("inconclusive", "chip.answers/reader-unproven"),
    "removed": Expected("inconclusive", "chip.readable/card-removed"),
    "damaged-file": Expected("refused", "chip.readable/file-damaged"),
    "no-sam": Expected("inconclusive", "card.authentic/no-sam"),
}
"""The kinds of the design's table."""

_VERIFIED = Expected("verified")
_NOT_A_KTP = Expected("refused", "chip.answers/not-a-ktp")
_DAMAGED = Expected("refused", "chip.readable/file-damaged")
FURTHER: dict[str, Expected] = {
    "type-b": _VERIFIED,
    "type-b-other": _VERIFIED,
    "short-control": _VERIFIED,
    "small-chunks": _VERIFIED,
    "nik-differs": _VERIFIED,
    "damaged-fingers": _VERIFIED,
    "other-issuer": Expected("refused", "card.authentic/authentication-failed"),
    "lost": Expected("refused", "card.status/lost"),
    "recorded-damaged": Expected("refused", "card.status/damaged"),
    "replaced": Expected("refused", "card.status/replaced"),
    "bank-card": _NOT_A_KTP,
    "travel-document": _NOT_A_KTP,
    "file-card": _NOT_A_KTP,
    "tag": _NOT_A_KTP,
    "garbage": _NOT_A_KTP,
    "removed-at-once": Expected("inconclusive", "chip.answers/card-removed"),
    "slow": Expected("inconclusive", "chip.readable/too-slow"),
    "damaged-control": _DAMAGED,
    "damaged-biodata": _DAMAGED,
    "damaged-signature": _DAMAGED,
    "malformed-biodata": Expected("refused", "chip.readable/biodata-malformed"),
    "sam-refused": Expected("inconclusive", "card.authentic/sam-refused"),
    "sam-locked": Expected("inconclusive", "card.authentic/sam-locked"),
    "sam-silent": Expected("inconclusive", "card.authentic/sam-silent"),
}
"""All others; `record` needs no finger, so those of the holder are not among them."""

EXPECTATIONS = CORE | FURTHER
