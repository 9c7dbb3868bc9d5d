"""What is true of a reader, as whoever stands at the counter knows it."""

from dataclasses import dataclass, field

from simulator.lying import Lying

NAMES = ("loket-1", "loket-2")


@dataclass
class Reader:
    """A card touches it when it is put there, and again with each new pcscd; each of that is one tap."""

    number: int
    port: int
    plugged: bool = True
    card: Lying | None = None
    contact: int = 0
    """Counts them."""
    tap_of: dict[int, str] = field(default_factory=dict)
    """The tap of each contact that a gateway saw."""
    uid_of: dict[int, bytes] = field(default_factory=dict)
    """The card's of each contact."""
    checked: list[str] = field(default_factory=list)
    """Taps of chips that the officer had checked, with no card in the field."""

    @property
    def name(self) -> str:
        return NAMES[self.number]

    @property
    def taps(self) -> list[str]:
        """With a card, in their order."""
        return [self.tap_of[contact] for contact in sorted(self.tap_of)]

    @property
    def newest(self) -> str:
        """Of all its taps, whose ids sort by time; empty where there was none."""
        return max((*self.taps, *self.checked), default="")

    def touches(self, uid: bytes | None = None) -> None:
        """A card comes into contact with it: another one, or the one that was there."""
        self.uid_of[self.contact + 1] = self.uid_of[self.contact] if uid is None else uid
        self.contact += 1
