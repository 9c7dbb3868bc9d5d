"""Fuzz target: from whatever lies where the spool should be, a gateway starts, or ends and says why.

Steps alter a spool in which a message waits, a byte or a run of bytes each; where the first byte is odd the
rest is the file itself.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from chassis.runtime.process import Refused
from dev.contract.examples import examples
from ketuk_events import catalogue
from ketuk_events.events import to_wire
from reader_gateway.bus.spool import Spool, SpoolFailed
from tests.fuzz.whim import Whim

NEW = to_wire(examples()[catalogue.CARD_READ])
SAID = to_wire(examples()[catalogue.TAP_JUDGED])
PAGE = 4_096
"""Bytes of SQLite's."""


@cache
def honest() -> bytes:
    """A spool that was closed with one message in it."""

    async def made(path: Path) -> None:
        spool = Spool(path=path)
        await spool.open()
        await spool.say(SAID)
        await spool.close()

    with TemporaryDirectory() as folder:
        path = Path(folder) / "spool.sqlite"
        asyncio.run(made(path))
        return path.read_bytes()


def once(raw: bytes) -> None:
    whim = Whim(raw)
    content = raw[1:] if whim.number(2) else _altered(whim)
    with TemporaryDirectory(dir=_in_memory()) as folder:
        _started(Path(folder), content)


def seeds() -> Iterator[bytes]:
    yield b"\1"
    yield b"\1SQLite format 3\0"
    yield b"\0"
    for place in range(0, 100, 4):
        yield bytes((0, 0, place, 0, 255))
    for page in range(len(honest()) // PAGE):
        yield bytes((0, page, 0, 1, 255))
        yield bytes((0, page, 200, 8, 1))


def _altered(whim: Whim) -> bytes:
    held = bytearray(honest())
    while step := whim.text(4):
        page, place, times, by = step.ljust(4, b"\0")
        begins = page % (len(held) // PAGE) * PAGE + place * (PAGE // 256 if times > 128 else 1)
        for each in range(begins, min(begins + 1 + times % 128, len(held))):
            held[each] ^= by
    return bytes(held)


def _started(folder: Path, content: bytes) -> None:
    path = folder / "spool.sqlite"
    path.write_bytes(content)
    try:
        asyncio.run(_works(path))
    except (Refused, SpoolFailed):
        return
    except (sqlite3.DatabaseError, msgspec.MsgspecError, ValueError) as failure:
        # the process ends by that; a damaged file was set aside, so that the next start works
        was_set_aside = any(folder.glob("*.damaged-*"))
        if was_set_aside:
            asyncio.run(_works(path))
        elif isinstance(failure, UnicodeDecodeError):
            raise


async def _works(path: Path) -> None:
    """What is said is given out to be sent, after what waits there."""
    spool = Spool(path=path)
    await spool.open()
    await spool.say(NEW)
    async with spool.waiting(100) as wires:
        given = [wire.message_id for wire in wires]
    assert NEW.message_id in given
    assert (await spool.backlog()).waiting == 0
    await spool.keys()
    await spool.unended("loket-1")
    await spool.close()


def _in_memory() -> str | None:
    return "/dev/shm" if shutil.disk_usage("/dev/shm").free > 2**26 else None  # noqa: S108  as fast as can be
