"""The spool: the gateway's own SQLite file. What is in it has happened; a power cut takes nothing from it.

It holds messages that wait to be sent, the taps of late, when each reader last proved itself, and for which
keys evidence is sealed. Evidence rests here in sealed form only.

A disk that is full or fails ends nothing: what is to be written waits, and what is there is sent.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import msgspec
import structlog

from chassis.runtime.failure_reasons import Unfit
from chassis.runtime.health import Pulse
from chassis.runtime.process import Refused, pause
from chassis.storage.outbox import Backlog
from ketuk_events.asked import Asked
from ketuk_events.catalogue import Delivery
from ketuk_events.events import Wire
from ketuk_events.evidence import ChipNote
from ketuk_events.projection import KeyPublished
from reader_gateway.tap.tap import Stage, Tap

Answer = TypeVar("Answer")

KEEP_TAPS = timedelta(days=1)
RESERVE_BYTES = 4 * 2**20
"""Kept free for the spool beside it: a disk that something else has filled stops no counter at once."""
_TEND_SECONDS = 3600.0
_AGAIN_SECONDS = 1.0
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_OF_THE_DISK = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk fails",
    sqlite3.SQLITE_READONLY: "the disk is read-only",
    sqlite3.SQLITE_CANTOPEN: "the disk opens no file",
}
"""What passes by itself once the disk is well, in words for the operator."""
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


_DELETE_DOUBLES = """
DELETE FROM outbox WHERE position NOT IN
    (SELECT min(position) FROM outbox NOT INDEXED GROUP BY message_id)
"""
_KEY = msgspec.json.Decoder(KeyPublished)
_HEADERS = msgspec.json.Decoder(dict[str, str])


class SpoolFailed(Unfit):
    """The disk takes or gives nothing now; `str()` says why."""


class Spool:
    """The file, in a thread of its own; every method is one transaction.

    What is written waits for as long as the disk takes nothing, and so does what a desk reads; `pulse` says
    so.
    """

    def __init__(self, *, path: Path, tend_seconds: float = _TEND_SECONDS) -> None:
        """`tend_seconds`: how often taps that ended long ago are removed."""
        self._path = path
        self._reserve = path.with_name(f"{path.name}.reserve")
        self._tend_seconds = tend_seconds
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        self._file: sqlite3.Connection
        self._start: tuple[int, str]
        self._sent: set[str] = set()
        """The ids of messages that were sent, while the disk does not let them be removed."""
        self._without: str | None = None
        """What it works without."""
        self._log = structlog.get_logger(part="spool")
        self.added = asyncio.Event()
        self.pulse = Pulse()

    async def open(self) -> int:
        """Open the file, made where it is new; returns the number of this start, the epoch.

        It is above all earlier ones, those of a disk that was lost included. A file that is no database is
        set aside. An existing one is opened on a full disk too, unless it is damaged.

        Raises Refused where another process has it, or where it cannot be opened.
        """
        try:
            await self._do(self._open)
        except sqlite3.OperationalError as failure:
            why = "another process has it" if "locked" in str(failure) else str(failure)
            raise Refused(f"KETUK_SPOOL: {self._path}: {why}") from None
        except OSError as failure:
            raise Refused(f"KETUK_SPOOL: {self._path}: {failure.strerror or failure}") from None
        with suppress(SpoolFailed):
            await self._tend()
        return self._start[0]

    async def run(self, stopping: asyncio.Event) -> None:
        """Remove what is kept no longer, now and then, until told to stop."""
        while not stopping.is_set():
            await pause(self._tend_seconds if self.pulse.is_up else _AGAIN_SECONDS, stopping=stopping)
            with suppress(SpoolFailed):
                await self._tend()

    async def close(self) -> None:
        """Close the file."""
        await self._do(self._close)
        self._thread.shutdown()

    async def begin(self, tap: Tap, *wires: Wire) -> bool:
        """A tap begins, and what is said of it is to be sent. Returns whether the disk took it at once."""
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
        return await self._write([("INSERT INTO taps VALUES (?,?,?,?,?,?,?,?)", row)], wires)

    async def advance(self, tap: Tap, *wires: Wire, proof: datetime | None = None) -> bool:
        """A tap has come further; `proof` says when its card proved the reader. Returns as `begin` does."""
        row = (tap.stage.value, tap.counter, tap.presented, str(tap.id))
        steps: list[tuple[str, tuple[object, ...]]] = [
            ("UPDATE taps SET stage = ?, counter = ?, presented = ? WHERE id = ?", row)
        ]
        if proof is not None:
            steps.append(
                ("INSERT OR REPLACE INTO proofs VALUES (?,?)", (tap.asked.reader, proof.isoformat()))
            )
        return await self._write(steps, wires)

    async def say(self, *wires: Wire) -> None:
        """Something else is to be sent."""
        await self._write([], wires)

    async def has_begun(self, tap: str) -> bool:
        """Whether a tap began here, within the time for which taps are kept."""
        return bool(await self._rows(int, "SELECT 1 FROM taps WHERE id = ?", tap))

    async def unended(self, reader: str) -> Tap | None:
        """The tap on a reader that has not ended: left over from an earlier start."""
        taps = await self._rows(
            _tap,
            "SELECT id, asked, began, counter, stage, presented, chip FROM taps "
            "WHERE reader = ? AND stage <> 'ended' ORDER BY began DESC LIMIT 1",
            reader,
        )
        return next(iter(taps), None)

    async def newest(self, reader: str) -> datetime | None:
        """When the newest tap on a reader began."""
        statement = "SELECT began FROM taps WHERE reader = ? ORDER BY began DESC LIMIT 1"
        return next(iter(await self._rows(datetime.fromisoformat, statement, reader)), None)

    async def proven_since(self, reader: str) -> datetime | None:
        """When a KTP-el was last read on a reader."""
        statement = "SELECT read FROM proofs WHERE reader = ?"
        return next(iter(await self._rows(datetime.fromisoformat, statement, reader)), None)

    async def keep_key(self, told: KeyPublished) -> None:
        """Keep what was told of a key, in place of what was told of it before."""
        row = (told.key_id, msgspec.json.encode(told).decode())
        await self._write([("INSERT OR REPLACE INTO keys VALUES (?,?)", row)], ())

    async def keys(self) -> list[KeyPublished]:
        """What was last told of each key."""
        return await self._rows(_KEY.decode, "SELECT told FROM keys")

    async def backlog(self) -> Backlog:
        """See `chassis.storage.outbox.Outbox`."""
        [backlog] = await self._read(
            _backlog,
            "SELECT count(*), min(added) FROM outbox "
            "WHERE message_id NOT IN (SELECT value FROM json_each(?))",
            _listed(self._sent),
        )
        return backlog

    @asynccontextmanager
    async def waiting(self, limit: int, *, but: Collection[str] = ()) -> AsyncIterator[list[Wire]]:
        """See `chassis.storage.outbox.Outbox`. There is one relay, so nothing needs to be locked.

        Where the disk takes nothing, what was sent stays in the file, and is not given again by this process.
        """
        wires = await self._read(
            _wire,
            "SELECT message_id, routing_key, headers, body, delivery FROM outbox "
            "WHERE message_id NOT IN (SELECT value FROM json_each(?)) "
            "AND routing_key NOT IN (SELECT value FROM json_each(?)) ORDER BY position LIMIT ?",
            _listed(self._sent),
            _listed(but),
            limit,
        )
        yield wires
        self._sent.update(wire.message_id for wire in wires)
        if self._sent:
            with suppress(SpoolFailed):
                sent = _listed(self._sent)
                await self._commit(
                    [("DELETE FROM outbox WHERE message_id IN (SELECT value FROM json_each(?))", (sent,))]
                )
                self._sent.clear()

    def _open(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._file, last = self._opened()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as failure:
            if not _is_damage(failure):
                raise
            self._set_aside()
            self._file, last = self._opened()
        now = datetime.now(UTC)
        # by the clock, so that a new disk does not begin below what the registry has heard
        self._start = (max(last + 1, int(now.timestamp())), now.isoformat())

    def _opened(self) -> tuple[sqlite3.Connection, int]:
        # whatever SQLite makes beside it gets the file's own mode
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        self._path.chmod(0o600)
        file = self._connect()
        try:
            last = _prepared(file)
            self._check(file)
            return file, last  # noqa: TRY300  the connection is closed where any of this fails
        except BaseException:
            file.close()
            raise

    def _check(self, file: sqlite3.Connection) -> None:
        """Build the indexes anew where rows and indexes differ, for SQLite believes the indexes.

        Whatever else is damaged SQLite says once it stumbles over it. Raises DatabaseError where it does.
        """
        if _is_whole(file):
            return
        try:
            file.execute("REINDEX")
        except sqlite3.IntegrityError:
            # one message twice: what has its id has its content
            file.execute(_DELETE_DOUBLES)
            file.execute("REINDEX")
        self._log.error("the spool is damaged: its indexes were built anew", whole=_is_whole(file))

    def _set_aside(self) -> None:
        """Keep a damaged file for whoever can read more of it, and go on without."""
        aside = f"{self._path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}"
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                self._path.with_name(self._path.name + suffix).rename(self._path.with_name(aside + suffix))
        self._log.error("the spool is damaged: set aside, what waited in it is not sent", file=aside)

    def _connect(self) -> sqlite3.Connection:
        file = sqlite3.connect(self._path, isolation_level=None)
        # sqlite3's own way tells of a text that is none by an error without a code
        file.text_factory = bytes.decode
        return file

    def _close(self) -> None:
        self._file.close()

    async def _tend(self) -> None:
        """Keep this start and no earlier one, no tap that ended long ago, and some room."""
        old = (datetime.now(UTC) - KEEP_TAPS).isoformat()
        await self._commit(
            [
                ("INSERT OR IGNORE INTO starts VALUES (?,?)", self._start),
                ("DELETE FROM starts WHERE epoch < ?", (self._start[0],)),
                ("DELETE FROM taps WHERE stage = 'ended' AND began < ?", (old,)),
            ]
        )
        self._without = await self._do(self._keep_reserve)
        self.pulse.up(but=self._without)

    def _keep_reserve(self) -> str | None:
        """Take room that is given up once the disk is full; returns why there is none."""
        if self._reserve.exists():
            return None
        file = os.open(self._reserve, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(file, 0, RESERVE_BYTES)
        except OSError as failure:
            self._reserve.unlink()
            return f"has no reserve: {failure.strerror}"
        finally:
            os.close(file)
        return None

    async def _rows(self, made: Callable[..., Answer], statement: str, *values: object) -> list[Answer]:
        """As `_read`, once the disk lets it."""
        rows, _ = await self._patiently(partial(self._read, made, statement, *values))
        return rows

    async def _read(self, made: Callable[..., Answer], statement: str, *values: object) -> list[Answer]:
        """What is made of each row; the file is damaged where nothing can be made of one."""

        def read() -> list[Answer]:
            rows = self._file.execute(statement, values).fetchall()
            try:
                return [made(*row) for row in rows]
            except msgspec.ValidationError:
                raise  # well written, by another version perhaps: nothing is set aside for it
            except (msgspec.DecodeError, TypeError):
                damaged = sqlite3.DatabaseError("a row is not what was written")
                damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                raise damaged from None

        return await self._do(read)

    async def _write(self, steps: Sequence[tuple[str, tuple[object, ...]]], wires: Sequence[Wire]) -> bool:
        """Write all or nothing; returns whether the disk took it at once."""
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
        _, at_once = await self._patiently(partial(self._commit, [*steps, *added]))
        if wires:
            self.added.set()
        return at_once

    async def _patiently(self, work: Callable[[], Awaitable[Answer]]) -> tuple[Answer, bool]:
        """What work comes to once the disk lets it, and whether it did at once."""
        at_once = True
        while True:
            try:
                return await work(), at_once
            except SpoolFailed:
                at_once = False
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _commit(self, steps: Sequence[tuple[str, tuple[object, ...]]]) -> None:
        def transaction() -> None:
            self._file.execute("BEGIN IMMEDIATE")
            try:
                for statement, values in steps:
                    self._file.execute(statement, values)
                self._file.execute("COMMIT")
            except BaseException:
                # a disk that is full may have ended it already
                if self._file.in_transaction:
                    self._file.execute("ROLLBACK")
                raise

        await self._do(transaction)
        self.pulse.up(but=self._without)

    async def _do(self, work: Callable[[], Answer]) -> Answer:
        """Work in the thread. Raises SpoolFailed where the disk does not let it."""
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._thread, partial(self._on_disk, work)
            )
        except SpoolFailed as why:
            if self.pulse.why != str(why):
                self._log.error("the spool waits", because=str(why))
            self.pulse.down(str(why))
            raise

    def _on_disk(self, work: Callable[[], Answer]) -> Answer:
        while True:
            try:
                return work()
            except (sqlite3.DatabaseError, UnicodeDecodeError) as failure:
                code = _code(failure)
                if code == sqlite3.SQLITE_FULL and self._reserve.exists():
                    self._reserve.unlink()
                    self._without = "the disk is full: works on its reserve"
                    continue
                if code in _OF_THE_DISK:
                    raise SpoolFailed(_OF_THE_DISK[code]) from None
                if _is_damage(failure) and work != self._open:
                    # the next start finds none, and begins anew
                    self._file.close()
                    self._set_aside()
                raise


def _is_damage(failure: Exception) -> bool:
    """Whether the file is damaged: a message that quotes a damaged schema need not be text."""
    return isinstance(failure, UnicodeDecodeError) or _code(failure) in _DAMAGED


def _code(failure: Exception) -> int:
    """SQLite's primary result code, without what an extended one adds; 0 where the failure is not its own."""
    return getattr(failure, "sqlite_errorcode", 0) & 0xFF


def _prepared(file: sqlite3.Connection) -> int:
    """Make the tables that are missing; returns the number of the last start."""
    # one process alone: the lock goes with it, however it ends
    file.execute("PRAGMA locking_mode = EXCLUSIVE")
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = FULL")
    file.executescript(_SCHEMA)
    for table, column, kind in _ADDED_LATER:
        columns = {name for _, name, *_ in file.execute(f"PRAGMA table_info({table})")}
        if column not in columns:
            file.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    ((last,),) = file.execute("SELECT coalesce(max(epoch), 0) FROM starts").fetchall()
    return int(last)


def _wire(message_id: str, routing_key: str, headers: str, body: bytes, delivery: str) -> Wire:
    return Wire(
        message_id=message_id,
        routing_key=routing_key,
        headers=_HEADERS.decode(headers),
        body=body,
        delivery=Delivery(delivery),
    )


def _backlog(count: int, oldest: float | None) -> Backlog:
    return Backlog(waiting=count, oldest_seconds=0.0 if oldest is None else max(0.0, time.time() - oldest))


def _tap(  # noqa: PLR0917  the columns of a row
    tap: str, asked: str, began: str, counter: int, stage: str, presented: int, chip: str
) -> Tap:
    return Tap(
        id=UUID(tap),
        asked=msgspec.json.decode(asked, type=Asked),
        began=datetime.fromisoformat(began),
        counter=counter,
        stage=Stage(stage),
        presented=bool(presented),
        chip=msgspec.json.decode(chip, type=ChipNote | None),
    )


def _is_whole(file: sqlite3.Connection) -> bool:
    return bool(file.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)])


def _listed(words: Collection[str]) -> str:
    """As SQLite's `json_each` takes them."""
    return msgspec.json.encode(list(words)).decode()
