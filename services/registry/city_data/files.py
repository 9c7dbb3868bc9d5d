"""The data files of a city: what each is called, how it is read, where it goes.

A city is described by files in one form; another city is other files. Those that are shipped are loaded when
they differ from what was loaded last, and any may be imported.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis.storage.postgres import Connection
from registry.kit.csv_file import Lines
from registry.places.institutions import read_institutions
from registry.places.places import read_places
from registry.places.responsibility import read_responsibilities
from registry.places.store import institutions, places, responsibilities
from registry.readers.inventory_file import read_inventory
from registry.readers.lots import read_lots
from registry.readers.store import lifecycles as reader_lives
from registry.readers.store import lots
from registry.rollout.duties import read_duties
from registry.rollout.store import duties, targets
from registry.rollout.targets import read_targets

_DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True, kw_only=True, slots=True)
class CityFile:
    """One kind of file."""

    read: Callable[[bytes], Lines[Any]]
    load: Callable[[Connection, Sequence[Any]], Awaitable[None]]
    shipped: str
    """The name of the file that is shipped, with the region's code."""
    names: tuple[str, ...] = ()
    """Columns that name what another file, or somebody before, must have brought."""


FILES: Mapping[str, CityFile] = {
    "places": CityFile(read=read_places, load=places.load, shipped="{region}.csv"),
    "responsibilities": CityFile(
        read=read_responsibilities, load=responsibilities.load, shipped="responsibilities.csv"
    ),
    "duties": CityFile(read=read_duties, load=duties.load, shipped="duties.csv"),
    "institutions": CityFile(
        read=read_institutions,
        load=institutions.load,
        shipped="{region}-institutions.csv",
        names=("place",),
    ),
    "lots": CityFile(read=read_lots, load=lots.load, shipped="{region}-lots.csv"),
    "inventory": CityFile(
        read=read_inventory,
        load=reader_lives.load,
        shipped="{region}-inventory.csv",
        names=("lot", "institution", "place"),
    ),
    "targets": CityFile(read=read_targets, load=targets.load, shipped="{region}-targets.csv"),
}
"""By name, in the order in which they build on each other."""


def shipped(region: str) -> dict[str, bytes]:
    """The content of those that are shipped for a region, by name; a city need not have each."""
    files = {name: _DATA / file.shipped.format(region=region) for name, file in FILES.items()}
    return {name: file.read_bytes() for name, file in files.items() if file.is_file()}
