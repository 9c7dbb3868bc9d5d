"""What a process of the run is told on its command line, and where it finds the rest."""

import sys
from dataclasses import dataclass
from pathlib import Path

from dev.chaos.striking import Striking


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A process's name, and the folder that all of a run share."""

    process: str
    folder: Path

    def striking(self) -> Striking:
        """What ends it at the steps that the schedule names."""
        return Striking(process=self.process, orders=self.orders, journal=self.strikes)

    @property
    def orders(self) -> Path:
        """For all processes; appears when the taps begin."""
        return self.folder / "orders.json"

    @property
    def strikes(self) -> Path:
        """Journal of all processes: who ended itself where."""
        return self.folder / "strikes.jsonl"

    @property
    def hand(self) -> Path:
        """Journal of the cards that are dealt to this gateway."""
        return self.folder / f"{self.process}.hand.jsonl"

    @property
    def journal(self) -> Path:
        """What this gateway says of its taps."""
        return self.folder / f"{self.process}.jsonl"

    @property
    def readings(self) -> Path:
        """What was read of each card; as personal as the cards are."""
        return self.folder / "readings.msgpack"


def told() -> Told:
    """From the command line."""
    _, process, folder = sys.argv
    return Told(process=process, folder=Path(folder))
