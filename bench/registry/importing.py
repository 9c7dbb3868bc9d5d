"""A bare COPY and the import of one file, in turns, into the same table with the same indexes."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from bench.registry.figures import Round
from chassis.storage.postgres import Connection
from simulator import census

_KIBIBYTE = 1024


async def one_round(file: Path, *, database: Connection, command: Mapping[str, str]) -> Round:
    """Both, each into an empty table, after what was written before is on the disk."""
    await database.execute("DROP TABLE IF EXISTS bare")
    await database.execute("CREATE TABLE bare (LIKE residents INCLUDING ALL)")
    bare = await _bare(file, database)
    await database.execute("DROP TABLE bare")
    await database.execute("TRUNCATE residents, enrolment_counts CASCADE")
    await database.execute("UPDATE enrolment_counted SET resident = 0")
    await database.execute("CHECKPOINT")
    took, memory = _import(file, command)
    return Round(bare_seconds=round(bare, 3), import_seconds=round(took, 3), command_bytes=memory)


async def _bare(file: Path, database: Connection) -> float:
    await database.execute("CHECKPOINT")
    begin = time.perf_counter()
    await database.copy_to_table("bare", source=file, columns=census.COLUMNS, format="csv", header=True)
    return time.perf_counter() - begin


def _import(file: Path, settings: Mapping[str, str]) -> tuple[float, int]:
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "operations", "residents", "import", str(file)],
        env={**settings, "PATH": os.environ["PATH"]},
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"the import ended with {process.returncode}")
    return time.perf_counter() - begin, used.ru_maxrss * _KIBIBYTE
