"""`python -m bench.registry [--page]`: measure into bench/registry.json, then write the page from it.

`--look NAME` measures a part and writes nothing: `--look import`, `--look "chip health of all"`, and
`--look effects`: how soon verification knows what the office decided.
"""

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import aiohttp
import asyncpg

from bench.registry import taps
from bench.registry.disclosing import disclosing
from bench.registry.effects import effects
from bench.registry.figures import Effect, Figures, Report, Round
from bench.registry.importing import one_round
from bench.registry.page import MEASURED, PAGE, ROOT, meets, page
from bench.registry.reporting import every_report, once, report
from chassis.storage.postgres import Connection
from dev import measured
from dev.demo.services import Services
from dev.stack.entry import ended
from dev.stack.platform import ran_on
from dev.stack.stack import Stack
from registry.kit.local_dates import beginning_of, today
from registry.places import places
from simulator import census

FOLDER = ROOT / ".run" / "bench-registry"
ROUNDS = 3
SEED = 2013
Measured = TypeVar("Measured")


def main() -> int:
    """Do as told. Returns the exit code: 1 where a bar is not met."""
    parser = argparse.ArgumentParser(prog="python -m bench.registry", description=__doc__)
    parser.add_argument("--page", action="store_true", help="from what was measured before")
    parser.add_argument(
        "--look",
        metavar="NAME",
        help="only `import`, `effects`, or reports of that name: printed, nothing is written",
    )
    asked = parser.parse_args()
    if asked.look is not None:
        sys.stdout.write("".join(f"{each}\n" for each in asyncio.run(_on_a_stack(_look, asked.look))))
        return 0
    if not asked.page:
        figures = asyncio.run(_on_a_stack(_measure))
        measured.write(MEASURED, figures)
    by_release = measured.read(MEASURED, Figures)
    PAGE.write_text(page(by_release))
    sys.stdout.write(PAGE.read_text())
    return 0 if all(map(meets, by_release.values())) else 1


async def _on_a_stack(measure: Callable[..., Awaitable[Measured]], *given: str) -> Measured:
    stack = Stack.fresh(folder=FOLDER)
    try:
        stack.start()
        services = Services(stack=stack)
        services.start("registry")
        services.until_all_ready("registry")
        database = await asyncpg.connect(stack.postgres.url("postgres", "registry"))
        try:
            return await measure(stack, services, database, *given)
        finally:
            await database.close()
    finally:
        stack.discard()


async def _measure(stack: Stack, services: Services, database: Connection) -> Figures:
    rounds, size = await _rounds(stack, services, database)
    memory = _most_memory(stack.children.pid("registry"))
    begin = time.perf_counter()
    await taps.load(database, places=_kelurahan(), seed=SEED, until=beginning_of(today()))
    loaded = time.perf_counter() - begin
    enrolment, *others = every_report(today() - timedelta(days=1))
    async with _asking(stack, services) as registry:
        first = await once(enrolment, registry, census.UNTIL)
        reports = [await report(each, registry, database=database) for each in (enrolment, *others)]
    stack.children.stop("registry")
    return Figures(
        environment=await ran_on(stack),
        residents=await database.fetchval("SELECT count(*) FROM residents"),
        file_bytes=size,
        rounds=tuple(rounds),
        registry_bytes=memory,
        first_seconds=round(first, 3),
        taps=await database.fetchval("SELECT count(*) FROM chip_findings"),
        load_seconds=round(loaded, 1),
        reports=tuple(reports),
        races=await disclosing(stack, services.settings("registry"), database=database),
    )


async def _look(
    stack: Stack, services: Services, database: Connection, name: str
) -> Sequence[Round | Report | Effect]:
    if name == "import":
        return (await _rounds(stack, services, database))[0]
    if name == "effects":
        async with _asking(stack, services) as registry:
            return await effects(stack, services, registry)
    await taps.load(database, places=_kelurahan(), seed=SEED, until=beginning_of(today()))
    async with _asking(stack, services) as registry:
        return [
            await report(each, registry, database=database)
            for each in every_report(today() - timedelta(days=1))
            if name in each.name
        ]


async def _rounds(stack: Stack, services: Services, database: Connection) -> tuple[Sequence[Round], int]:
    """Imports of one file, and how large it is."""
    command = {"KETUK_REGISTRY_URL": services.url("registry"), "KETUK_API_TOKEN": _token(stack)}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "residents.csv"
        census.write(file, census.RESIDENTS, seed=SEED, places=_kelurahan())
        rounds = [await one_round(file, database=database, command=command) for _ in range(ROUNDS)]
        return rounds, file.stat().st_size


def _kelurahan() -> Sequence[str]:
    return [
        place.code
        for place in places.read(places.file_of("3372"))
        if place.kind == "kelurahan" and place.valid_from is None
    ]


def _asking(stack: Stack, services: Services) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        services.url("registry"), headers={"Authorization": f"Bearer {_token(stack)}"}
    )


def _token(stack: Stack) -> str:
    return stack.secrets.read("registry/ketuk_api_token").strip()


def _most_memory(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    raise SystemExit(ended(main))
