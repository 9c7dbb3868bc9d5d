"""`python -m bench.registry [--page]`: measure into bench/registry.json, then write the page from it."""

import argparse
import asyncio
import re
import sys
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import asyncpg
import msgspec

from bench.registry import taps
from bench.registry.disclosing import disclosing
from bench.registry.figures import Figures
from bench.registry.importing import one_round
from bench.registry.page import MEASURED, PAGE, ROOT, meets, page
from bench.registry.reporting import every_report, once, report
from dev.demo.services import Services
from dev.stack.stack import Stack
from registry import places
from registry.days import beginning_of, today
from simulator import census

FOLDER = ROOT / ".run" / "bench-registry"
ROUNDS = 3
SEED = 2013


def main() -> int:
    """Do as told. Returns the exit code: 1 where a bar is not met."""
    parser = argparse.ArgumentParser(prog="python -m bench.registry", description=__doc__)
    parser.add_argument("--page", action="store_true", help="from what was measured before")
    if not parser.parse_args().page:
        stack = Stack.fresh(folder=FOLDER)
        try:
            stack.start()
            figures = asyncio.run(_measure(stack))
        finally:
            stack.discard()
        MEASURED.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    figures = msgspec.json.decode(MEASURED.read_bytes(), type=Figures)
    PAGE.write_text(page(figures))
    sys.stdout.write(PAGE.read_text())
    return 0 if meets(figures) else 1


async def _measure(stack: Stack) -> Figures:
    services = Services(stack=stack)
    services.start("registry")
    services.until_all_ready("registry")
    url, token = services.url("registry"), stack.secrets.read("registry/ketuk_api_token").strip()
    kelurahan = [
        place.code
        for place in places.read(places.file_of("3372"))
        if place.kind == "kelurahan" and place.valid_from is None
    ]
    database = await asyncpg.connect(stack.postgres.url("postgres", "registry"))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "residents.csv"
        census.write(file, census.RESIDENTS, seed=SEED, places=kelurahan)
        command = {"KETUK_REGISTRY_URL": url, "KETUK_API_TOKEN": token}
        rounds = [await one_round(file, database=database, command=command) for _ in range(ROUNDS)]
        size = file.stat().st_size
    memory = _most_memory(stack.children.pid("registry"))
    begin = time.perf_counter()
    await taps.load(database, places=kelurahan, seed=SEED, until=beginning_of(today()))
    loaded = time.perf_counter() - begin
    enrolment, *others = every_report(today() - timedelta(days=1))
    async with aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {token}"}) as registry:
        first = await once(enrolment, registry, census.UNTIL)
        reports = [await report(each, registry, database=database) for each in (enrolment, *others)]
    stack.children.stop("registry")
    found = Figures(
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
    await database.close()
    return found


def _most_memory(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
