"""The spool: the gateway's own SQLite file. What is in it has happened; a power cut takes nothing from it.

It holds messages that wait to be sent, the taps of late, when each reader last proved itself, and for which
keys evidence is sealed. Evidence
rests here in sealed form only.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import msgspec

from chassis.life import Refused
from chassis.outbox import Backlog
from ketuk_events.asked import Asked
from ketuk_events.catalogue import Delivery
from ketuk_events.events import Wire
from ketuk_events.evidence import ChipNote
from ketuk_events.projection import KeyPublished
from reader_gateway.tap import Stage, Tap

Answer = TypeVar("Answer")

KEEP_TAPS = timedelta(days=1)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE, routing_key TEXT NOT NULL, headers TEXT NOT NULL,
    body BLOB NOT NULL, delivery TEXT NOT NULL, added REAL NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS taps (
    id TEXT PRIMARY KEY, reader TEXT NOT NULL, asked TEXT NOT NULL, began TEXT NOT NULL,
    counter INTEGER NOT NULL, stage TEXT NOT NULL, presented INTEGER NOT NULL,
    chip TEXT NOT NULL DEFAULT 'null'
) STRICT;
CREATE TABLE IF NOT EXISTS proofs (reader TEXT PRIMARY KEY, read TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS keys (key_id TEXT PRIMARY KEY, told TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS starts (epoch INTEGER PRIMARY KEY AUTOINCREMENT, began TEXT NOT NULL) STRICT;
"""
_ADDED_LATER = (
    ("outbox", "added", "REAL NOT NULL DEFAULT 0"),
    ("taps", "chip", "TEXT NOT NULL DEFAULT 'null'"),
)
"""Columns that a file of version 0.1.0 does not have yet."""


_ADD = """
INSERT INTO outbox (message_id, routing_key, headers, body, delivery, added) VALUES (?,?,?,?,?,?)
ON CONFLICT (message_id) DO NOTHING
"""


class Spool:
    """The file, in a thread of its own; every method is one transaction."""

    def __init__(self, *, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        self._file: sqlite3.Connection
        self.added = asyncio.Event()

    async def open(self) -> int:
        """Open the file, made where it is new; returns the number of this start, the epoch.

        It is above all earlier ones, those of a disk that was lost included.

        Raises Refused where another process has it, or where it cannot be opened.
        """
        try:
            return await self._do(self._open)
        except sqlite3.OperationalError as failure:
            why = "another process has it" if "locked" in str(failure) else str(failure)
            raise Refused(f"KETUK_SPOOL: {self._path}: {why}") from None

    async def close(self) -> None:
        """Close the file."""
        await self._do(self._close)
        self._thread.shutdown()

    async def begin(self, tap: Tap, *wires: Wire) -> None:
        """A tap begins, and what is said of it is to be sent."""
        row = (
            str(tap.id),
            tap.asked.reader,
            msgspec.json.encode(tap.asked).decode(),
            tap.began.isoformat(),
            tap.counter,
            tap.stage.value,
            tap.presented,
            msgspec.json.encode(tap.chip).decode(),
        )
        await self._write([("INSERT INTO taps VALUES (?,?,?,?,?,?,?,?)", row)], wires)

    async def advance(self, tap: Tap, *wires: Wire, proof: datetime | None = None) -> None:
        """A tap has come further; `proof` says when its card proved the reader."""
        row = (tap.stage.value, tap.counter, tap.presented, str(tap.id))
        steps: list[tuple[str, tuple[object, ...]]] = [
            ("UPDATE taps SET stage = ?, counter = ?, presented = ? WHERE id = ?", row)
        ]
        if proof is not None:
            steps.append(
                ("INSERT OR REPLACE INTO proofs VALUES (?,?)", (tap.asked.reader, proof.isoformat()))
            )
        await self._write(steps, wires)

    async def say(self, *wires: Wire) -> None:
        """Something else is to be sent."""
        await self._write([], wires)

    async def has_begun(self, tap: str) -> bool:
        """Whether a tap began here, within the time for which taps are kept."""
        row = await self._do(lambda: self._file.execute("SELECT 1 FROM taps WHERE id = ?", (tap,)).fetchone())
        return row is not None

    async def unended(self, reader: str) -> Tap | None:
        """The tap on a reader that has not ended: left over from an earlier start."""
        rows = await self._do(
            lambda: self._file.execute(
                "SELECT id, asked, began, counter, stage, presented, chip FROM taps "
                "WHERE reader = ? AND stage <> 'ended' ORDER BY began DESC LIMIT 1",
                (reader,),
            ).fetchall()
        )
        for tap, asked, began, counter, stage, presented, chip in rows:
            return Tap(
                id=UUID(tap),
                asked=msgspec.json.decode(asked, type=Asked),
                began=datetime.fromisoformat(began),
                counter=counter,
                stage=Stage(stage),
                presented=bool(presented),
                chip=msgspec.json.decode(chip, type=ChipNote | None),
            )
        return None

    async def newest(self, reader: str) -> datetime | None:
        """When the newest tap on a reader began."""
        row = await self._do(
            lambda: self._file.execute("SELECT max(began) FROM taps WHERE reader = ?", (reader,)).fetchone()
        )
        return None if row[0] is None else datetime.fromisoformat(row[0])

    async def proven_since(self, reader: str) -> datetime | None:
        """When a KTP-el was last read on a reader."""
        row = await self._do(
            lambda: self._file.execute("SELECT read FROM proofs WHERE reader = ?", (reader,)).fetchone()
        )
        return None if row is None else datetime.fromisoformat(row[0])

    async def keep_key(self, told: KeyPublished) -> None:
        """Keep what was told of a key, in place of what was told of it before."""
        row = (told.key_id, msgspec.json.encode(told).decode())
        await self._write([("INSERT OR REPLACE INTO keys VALUES (?,?)", row)], ())

    async def keys(self) -> list[KeyPublished]:
        """What was last told of each key."""
        rows = await self._do(lambda: self._file.execute("SELECT told FROM keys").fetchall())
        return [msgspec.json.decode(told, type=KeyPublished) for (told,) in rows]

    async def backlog(self) -> Backlog:
        """See `chassis.outbox.Outbox`."""
        count, oldest = await self._do(
            lambda: self._file.execute("SELECT count(*), min(added) FROM outbox").fetchone()
        )
        return Backlog(waiting=count, oldest_seconds=max(0.0, time.time() - oldest) if count else 0.0)

    @asynccontextmanager
    async def waiting(self, limit: int, *, but: Collection[str] = ()) -> AsyncIterator[list[Wire]]:
        """See `chassis.outbox.Outbox`. There is one relay, so nothing needs to be locked."""
        passed_over = msgspec.json.encode(list(but)).decode()
        rows = await self._do(
            lambda: self._file.execute(
                "SELECT message_id, routing_key, headers, body, delivery FROM outbox "
                "WHERE routing_key NOT IN (SELECT value FROM json_each(?)) ORDER BY position LIMIT ?",
                (passed_over, limit),
            ).fetchall()
        )
        wires = [
            Wire(
                message_id=message_id,
                routing_key=routing_key,
                headers=msgspec.json.decode(headers, type=dict[str, str]),
                body=body,
                delivery=Delivery(delivery),
            )
            for message_id, routing_key, headers, body, delivery in rows
        ]
        yield wires
        if wires:
            await self._write(
                [("DELETE FROM outbox WHERE message_id = ?", (wire.message_id,)) for wire in wires], ()
            )

    def _open(self) -> int:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(self._path, isolation_level=None)
        # one process alone: the lock goes with it, however it ends
        self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.executescript(_SCHEMA)
        for table, column, kind in _ADDED_LATER:
            columns = {name for _, name, *_ in self._file.execute(f"PRAGMA table_info({table})")}
            if column not in columns:
                self._file.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
        now = datetime.now(UTC)
        old = (now - KEEP_TAPS).isoformat()
        self._file.execute("DELETE FROM taps WHERE stage = 'ended' AND began < ?", (old,))
        # by the clock, so that a new disk does not begin below what the registry has heard
        started = self._file.execute(
            "INSERT INTO starts (epoch, began) SELECT max(coalesce(max(epoch), 0) + 1, ?), ? FROM starts",
            (int(now.timestamp()), now.isoformat()),
        )
        return int(started.lastrowid or 0)

    def _close(self) -> None:
        self._file.close()

    async def _write(self, steps: Sequence[tuple[str, tuple[object, ...]]], wires: Sequence[Wire]) -> None:
        added = [
            (
                _ADD,
                (
                    wire.message_id,
                    wire.routing_key,
                    msgspec.json.encode(wire.headers).decode(),
                    wire.body,
                    wire.delivery.value,
                    time.time(),
                ),
            )
            for wire in wires
        ]

        def transaction() -> None:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                for statement, values in (*steps, *added):
                    self._file.execute(statement, values)
            except BaseException:
                self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")

        await self._do(transaction)
        if wires:
            self.added.set()

    async def _do(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
