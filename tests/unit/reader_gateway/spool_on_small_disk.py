"""A spool whose disk has room for so much and no more, and one in a process that may not write at all."""

import asyncio
import json
import resource
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path

from ketuk_events.events import Wire
from reader_gateway.bus.spool import Spool
from reader_gateway.tap.tap import Tap

PLENTY = 2**30


class SmallDisk(Spool):
    """SQLite itself says that it is full: `PRAGMA max_page_count` stands for the size of the disk."""

    def __init__(self, *, path: Path, tend_seconds: float = 3600.0, pages: int = PLENTY) -> None:
        super().__init__(path=path, tend_seconds=tend_seconds)
        self._pages = pages
        self.begins = asyncio.Event()
        """Set once a tap is to begin, whether or not there is room for it."""

    async def no_room(self) -> None:
        """Let the file become no larger than it is."""
        await self._resize(1)

    async def room(self) -> None:
        """Let it grow again."""
        await self._resize(PLENTY)

    async def fill(self, wires: Iterable[Wire]) -> None:
        """Use what room there is within the file."""
        for wire in wires:
            try:
                await asyncio.wait_for(self.say(wire), 0.5)
            except TimeoutError:
                return

    async def begin(self, tap: Tap, *wires: Wire) -> bool:
        """See `Spool`."""
        self.begins.set()
        return await super().begin(tap, *wires)

    async def setting(self, name: str) -> object:
        """A setting of the spool's own connection."""
        return await self._do(lambda: self._file.execute(f"PRAGMA {name}").fetchone()[0])

    def _connect(self) -> sqlite3.Connection:
        file = super()._connect()
        file.execute(f"PRAGMA max_page_count = {self._pages}")
        return file

    async def _resize(self, pages: int) -> None:
        await self._do(lambda: self._file.execute(f"PRAGMA max_page_count = {pages}"))


async def without_a_byte(path: Path) -> dict[str, object]:
    """What becomes of a spool that is opened, read and closed while no file takes a byte, and then some."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
    spool = Spool(path=path)
    said: dict[str, object] = {"epoch": await spool.open(), "because": spool.pulse.why}
    async with spool.waiting(2) as first:
        said["first"] = [wire.message_id for wire in first]
    async with spool.waiting(2) as then:
        said["then"] = [wire.message_id for wire in then]
    said["waiting"] = (await spool.backlog()).waiting
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    async with spool.waiting(2) as at_last:
        said["at_last"] = [wire.message_id for wire in at_last]
    said["up"] = spool.pulse.is_up
    await spool.close()
    return said


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(without_a_byte(Path(sys.argv[1])))))
