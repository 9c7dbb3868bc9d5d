"""Procurement lots: from which funds readers were bought, when, how many, for how much, from whom."""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from ketuk_events.names import Identifier
from registry.kit import csv_file as data_file
from registry.kit.csv_file import BadFile, Lines

Funds = Literal["centre", "apbd", "own"]
Year = Annotated[int, Meta(ge=2000, le=2999)]
Count = Annotated[int, Meta(ge=1, le=100_000)]
Rupiah = Annotated[int, Meta(ge=0, le=10**15)]
FUNDS = {
    "centre": {"id": "pusat (APBN)", "en": "the centre (APBN)"},
    "apbd": {"id": "APBD kota", "en": "the city's budget (APBD)"},
    "own": {"id": "anggaran sendiri", "en": "own budget"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Lot:
    """Readers that are bought together."""

    lot: Identifier
    funds: Funds
    year: Year
    """Of the budget."""
    count: Count
    price: Rupiah | None = None
    """Of all of them, in rupiah; None: not known."""
    supplier: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    source: Annotated[str, Meta(max_length=500)] = ""


def read_lots(content: bytes) -> Lines[Lot]:
    """The lots of a file, by line. Raises BadFile."""
    rows = data_file.read(content, Lot)
    if bad := list(data_file.must_be_alone(rows, lambda lot: lot.lot)):
        raise BadFile(bad)
    return rows
