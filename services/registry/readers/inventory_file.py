"""Readers that were there before the registry: the inventory's data file."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from msgspec import Meta

from ketuk_events.names import Identifier, PlaceCode
from registry.kit import csv_file as data_file
from registry.kit.csv_file import BadFile, BadLine, Lines
from registry.kit.local_dates import beginning_of
from registry.readers.lifecycle import Life, Stage


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A reader, and the stage of its life that is known."""

    number: Identifier
    lot: Identifier
    institution: Identifier
    place: PlaceCode
    state: Stage
    day: date
    """Since which it is so."""
    because: Annotated[str, Meta(max_length=200)] = ""

    def life(self) -> Life:
        """Its life so far, from the beginning of the day."""
        return Life(
            number=self.number,
            lot=self.lot,
            institution=self.institution,
            place=self.place,
            gateway=None,
            reader=None,
            state=self.state,
            since=beginning_of(self.day),
            because=self.because,
        )


def read_inventory(content: bytes) -> Lines[Known]:
    """The readers of a file, by line. Raises BadFile."""
    rows = data_file.read(content, Known)
    bad = list(data_file.must_be_alone(rows, lambda known: known.number))
    bad += [
        BadLine(line=line, reason=f"that a reader is {known.state} is for its gateway to say")
        for line, known in rows.items()
        if known.state in {Stage.APPROVED, Stage.WORKING, Stage.SILENT}
    ]
    if bad:
        raise BadFile(bad)
    return rows
