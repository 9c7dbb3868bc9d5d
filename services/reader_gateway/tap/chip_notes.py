"""What the officer notes beside the next chip check: what befell the card, and if it is a second look."""

from dataclasses import dataclass, field

from ketuk_events.evidence import CAUSES, ChipNote

_UNKNOWN = CAUSES[0]


@dataclass(slots=True)
class ChipNotes:
    """One counter's notes. They hold for one check: the next citizen's card has a story of its own."""

    cause: str = _UNKNOWN
    second: bool = False
    """The next check is of the same card as the last one, and after what was tried with it."""
    _first: str | None = field(default=None, repr=False)

    def note(self, *, cause: str, second: bool) -> None:
        """Note what was told. Raises ValueError for an unknown cause."""
        if cause not in CAUSES:
            raise ValueError(cause)
        self.cause, self.second = cause, second

    @property
    def has_first(self) -> bool:
        """Whether there was a check that the next one can be compared with."""
        return self._first is not None

    def take(self) -> ChipNote:
        """The note for a check that begins now; what follows begins without one."""
        note = ChipNote(cause=self.cause, before=self._first if self.second else None)
        self.forget()
        return note

    def checked(self, tap: str) -> None:
        """A check told something of its card: the next one can be compared with it."""
        self._first = tap

    def give_back(self, note: ChipNote) -> None:
        """A check told nothing, so its note holds for the next, unless the officer has noted anew since."""
        if (self.cause, self.second) == (_UNKNOWN, False):
            self.cause, self.second = note.cause, note.before is not None

    def forget(self) -> None:
        """Nothing is noted."""
        self.cause, self.second = _UNKNOWN, False
