"""A database whose disk is full: the batch is held, nothing becomes a dead letter, it goes on by itself."""

import asyncio
import os
import secrets
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from chassis.messaging.batch_consumer import Arrival, BatchConsumer, Conclusion, Settled
from chassis.messaging.batch_metrics import BatchMetrics
from chassis.storage.postgres import Pool, database, ping
from dev.stack.children import Children
from dev.stack.ports import free_ports
from dev.stack.postgres import ROLES, Postgres
from dev.stack.stack import reachable
from tests.integration.chassis.conftest import Desk, until, wires
from tests.integration.chassis.test_broker_alarm import says

SIZE = "128m"


@dataclass(frozen=True, kw_only=True)
class SmallDisk:
    """A PostgreSQL of its own on a file system of 128 MB."""

    url: str
    folder: Path

    def fill(self) -> None:
        """Leave no room."""
        free = os.statvfs(self.folder)
        (self.folder / "full").write_bytes(bytes(free.f_bavail * free.f_frsize))

    def free(self) -> None:
        """Make room again."""
        (self.folder / "full").unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = reachable(tmp_path / "small")
    (folder / "disk").mkdir(parents=True)
    folder.chmod(0o711)
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", f"size={SIZE}", "small", folder / "disk"], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("nobody may mount a small disk here: it takes root, and more than a container has")
    children = Children(folder=folder)
    try:
        (port,) = free_ports(1)
        server = Postgres(
            folder=folder / "disk" / "data",
            port=port,
            passwords={role: secrets.token_hex(8) for role in ROLES},
            children=children,
        )
        (folder / "disk").chmod(0o755)
        server.start()
        yield SmallDisk(url=server.url("verification"), folder=folder / "disk")
    finally:
        children.stop_all()
        subprocess.run(["/bin/umount", folder / "disk"], check=True)
        shutil.rmtree(folder)


@pytest.fixture
async def pool(small_disk: SmallDisk) -> AsyncIterator[Pool]:
    async with database(small_disk.url, name="test") as made:
        await made.execute("CREATE TABLE kept (id uuid PRIMARY KEY, filler bytea NOT NULL)")
        await made.execute("ALTER TABLE kept ALTER COLUMN filler SET STORAGE EXTERNAL")
        yield made


async def test_a_consumer_holds_what_cannot_be_stored_until_there_is_room(
    desk: Desk, pool: Pool, small_disk: SmallDisk
) -> None:
    async def keep(arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        async with pool.acquire() as connection, connection.transaction():
            await connection.executemany(
                "INSERT INTO kept VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [(arrival.event.id, os.urandom(100_000)) for arrival in arrivals],
            )
        return [Settled() for _ in arrivals]

    async def kept() -> int:
        return int(await pool.fetchval("SELECT count(*) FROM kept"))

    consumer = BatchConsumer(
        broker=desk.broker,
        queue=desk.queue.name,
        handle=keep,
        ready=partial(ping, pool),
        metrics=BatchMetrics(registry=CollectorRegistry()),
        hold_seconds=1.0,
    )

    words: list[str] = []

    async def waits() -> bool:
        words.append(await says(consumer.pulse))
        return "DiskFullError" in words

    await asyncio.to_thread(small_disk.fill)
    await desk.send(*(sent := wires(40, owner=desk.owner)))
    stopping = asyncio.Event()
    running = asyncio.create_task(consumer.run(stopping))
    await until(waits, what="the consumer to find the disk full")
    # for longer than it holds a batch
    await asyncio.wait({running}, timeout=3)
    assert not running.done()
    assert await desk.dead_depth() == 0
    await asyncio.to_thread(small_disk.free)

    async def all_kept() -> bool:
        try:
            # what was given back is worked on before it is taken, and acknowledged, again
            return await kept() == len(sent) and await desk.depth() == 0
        except Exception:  # noqa: BLE001  it may be starting again
            return False

    await until(all_kept, what="all kept, and none waiting", seconds=40)
    stopping.set()
    await running
    assert await desk.depth() == 0
    assert await desk.dead_depth() == 0
