"""What each kind of simulated card must come to, for the purpose `record` on an approved reader."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expected:
    """An outcome and the reason for it, as an agency's event has them."""

    outcome: str
    reason: str = ""


EXPECTATIONS: dict[str, Expected] = {
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
