"""What a run ran on, for whoever reads its figures."""

import os
import platform
from pathlib import Path

import asyncpg

from dev.stack.stack import Stack

_SETTINGS = ("fsync", "synchronous_commit", "full_page_writes")


async def ran_on(stack: Stack) -> dict[str, str]:
    """Processors, system, Python, broker and database of a stack that runs."""
    database = await asyncpg.connect(stack.postgres.url("postgres"))
    try:
        version = await database.fetchval("SHOW server_version")
        settings = [f"{name} {await database.fetchval(f'SHOW {name}')}" for name in _SETTINGS]
    finally:
        await database.close()
    broker = stack.rabbitmq.evaluate("rabbit_misc:version()").strip('"')
    return {
        "cpu": f"{os.cpu_count()} of {_cpu_model()}",
        "system": f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}",
        "python": platform.python_version(),
        "broker": f"RabbitMQ {broker}",
        "database": f"PostgreSQL {version}; {', '.join(settings)}",
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()
