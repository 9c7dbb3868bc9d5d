"""What one verdict tells of a chip's health."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ketuk_events.catalogue import CHIP_CHECK
from ketuk_events.evidence import CAUSES, ChipNote
from ketuk_events.names import from_timestamp
from ketuk_events.outcomes import Check, Result
from ketuk_events.taps import CheckResult, TapJudged

_UNKNOWN_CAUSE = CAUSES[0]
_FILE = re.compile(r"\b[0-9A-F]{4}\b")
_BIODATA = "6FF1"


class Finding(StrEnum):
    """How a chip was found."""

    ALIVE = "alive"
    """Every file that the purpose needed could be read whole."""
    DAMAGED = "damaged"
    """It answers, and a file could not be read."""
    DEAD = "dead"
    """No answer, on a reader that had proven itself."""
    SILENT = "silent"
    """No answer, on a reader that had not: the chip's fault or the reader's."""
    NOT_A_KTP = "not-a-ktp"
    UNDECIDED = "undecided"
    """The card was lifted, or the reader went, before anything could be told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChipFinding:
    """The finding of one tap. The card has no other name here than its `card_ref`."""

    gateway: str
    tap: UUID
    reader: str
    place: str
    """Where the gateway stands by the registry's record."""
    began: datetime
    """By the gateway's clock."""
    judged: datetime
    """By verification's clock."""
    finding: Finding
    damaged: tuple[str, ...]
    """Files, such as 6FF2."""
    card_ref: bytes | None
    """None where the card gave no UID, as a mute one never does."""
    cause: str | None
    """What the officer noted beside a chip check; None of a tap for another purpose."""
    before: UUID | None
    """The check of which the officer said that it was of the same card; not believed unless it is one."""


def chip_finding(verdict: TapJudged, *, place: str) -> ChipFinding | None:
    """What a verdict tells of the chip; None where its reader was not trusted.

    A reading that came late is counted: it was too old for its purpose, and the chip was as it was.
    """
    results = {check.check: check for check in verdict.checks}
    trusted = results.get(Check.READER_TRUSTED)
    if trusted is None or trusted.result == Result.FAILED:
        return None
    finding, damaged = _found(results)
    note = (verdict.chip or ChipNote()) if verdict.asked.purpose == CHIP_CHECK else None
    return ChipFinding(
        gateway=verdict.asked.gateway,
        tap=UUID(verdict.tap),
        reader=verdict.asked.reader,
        place=place,
        began=from_timestamp(verdict.began),
        judged=from_timestamp(verdict.judged),
        finding=finding,
        damaged=damaged,
        card_ref=None if verdict.card_ref is None else bytes.fromhex(verdict.card_ref),
        cause=None if note is None else _believed(note.cause),
        before=None if note is None or note.before is None else UUID(note.before),
    )


def _found(results: dict[str, CheckResult]) -> tuple[Finding, tuple[str, ...]]:
    answers, readable = results.get(Check.CHIP_ANSWERS), results.get(Check.CHIP_READABLE)
    if answers is None or answers.result != Result.PASSED:
        silence = {
            "no-answer": Finding.DEAD,
            "reader-unproven": Finding.SILENT,
            "not-a-ktp": Finding.NOT_A_KTP,
        }
        return silence.get("" if answers is None else answers.code, Finding.UNDECIDED), ()
    if readable is None or readable.result == Result.NOT_DONE:
        return Finding.UNDECIDED, ()
    if readable.result == Result.PASSED:
        return Finding.ALIVE, ()
    return Finding.DAMAGED, tuple(_FILE.findall(readable.detail)) or (_BIODATA,)


def _believed(cause: str) -> str:
    return cause if cause in CAUSES else _UNKNOWN_CAUSE
