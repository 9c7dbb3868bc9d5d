"""A tap: one attempt on one reader. It begins here and nowhere else."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ketuk_events.asked import Asked
from ketuk_events.evidence import ChipNote


class Stage(StrEnum):
    """How far a tap has come; kept in the spool, so that a restart goes on where it was."""

    OPEN = "open"
    """Begun and announced; its evidence is not in the spool yet."""
    READ = "read"
    """Its evidence is in the spool; the card may still be there."""
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tap:
    """One attempt: a card entered, a reader reported a mute one, or the officer pressed the button."""

    id: UUID
    asked: Asked
    began: datetime
    counter: int
    """pcscd's count for the slot when the card was seen, or -1 where no card was."""
    stage: Stage = Stage.OPEN
    presented: bool = True
    """Whether a card was in the field, so that its leaving is announced too."""
    chip: ChipNote | None = None
    """What the officer noted beside a chip check."""
    photo: bytes | None = field(default=None, repr=False)
    """For the officer's page alone, and never stored."""


def new_tap_id(now: datetime) -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
    milliseconds = int(now.timestamp() * 1000)
    value = milliseconds << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
