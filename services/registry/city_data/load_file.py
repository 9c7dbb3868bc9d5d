"""Load a data file of the city: all of it or nothing."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from chassis.storage.postgres import Connection
from registry.audit.unit_of_work import Office
from registry.city_data import store as loaded_files
from registry.city_data.files import FILES, CityFile
from registry.kit.csv_file import BadFile, BadLine, Lines
from registry.places.store import existence as named


async def load_file(office: Office, *, name: str, content: bytes) -> int:
    """Load one that somebody sent; returns how many lines it has. Raises BadFile."""
    file = FILES[name]
    lines = file.read(content)
    async with office.deciding() as connection:
        await loaded_files.lock(connection)
        await _load(connection, file, lines)
    return len(lines)


async def load_shipped(office: Office, files: Mapping[str, bytes]) -> None:
    """Load those that differ from what was loaded last under their name, in their order. Raises BadFile."""
    async with office.deciding() as connection:
        await loaded_files.lock(connection)
        for name, content in files.items():
            if await loaded_files.is_news(connection, name, digest=sha256(content).digest()):
                await _load(connection, FILES[name], FILES[name].read(content))


async def _load(connection: Connection, file: CityFile, lines: Lines[Any]) -> None:
    bad = []
    for column in file.names:
        wanted = {line: name for line, row in lines.items() if (name := getattr(row, column)) is not None}
        there = await named.there(connection, column, sorted(set(wanted.values())))
        bad += [
            BadLine(line=line, reason=f"there is no {column} {name}")
            for line, name in wanted.items()
            if name not in there
        ]
    if bad:
        raise BadFile(bad)
    await file.load(connection, list(lines.values()))
