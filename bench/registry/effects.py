"""How soon verification judges by what the office decides: from the request to its projection."""

import asyncio
import time
from collections.abc import Sequence
from statistics import quantiles

import aiohttp
import asyncpg

from bench.registry.figures import Effect
from chassis.storage.postgres import Connection
from dev.demo.services import Services
from dev.stack.stack import Stack

GATEWAY = "kelurahan-jebres"
TIMES = 50
BOUND_SECONDS = 60.0
_LOOKS_SECONDS = 0.005
STEPS = {"approve": True, "suspend": False}


async def effects(stack: Stack, services: Services, registry: aiohttp.ClientSession) -> Sequence[Effect]:
    """Approve and suspend a gateway in turns. Raises TimeoutError where a decision never arrives."""
    services.start("verification")
    services.until_all_ready("verification")
    key = stack.secrets.read(f"gateway-{GATEWAY}/identity_public.pem")
    await _ask(registry, "PUT", f"institutions/{GATEWAY}", {"name": "Jebres", "kind": "kelurahan"})
    described = {"institution": GATEWAY, "place": "33.72.04.1010", "public_key": key}
    await _ask(registry, "PUT", f"gateways/{GATEWAY}", described)
    took: dict[str, list[float]] = {step: [] for step in STEPS}
    database = await asyncpg.connect(stack.postgres.url("verification"))
    try:
        for _ in range(TIMES):
            for step, approved in STEPS.items():
                begin = time.perf_counter()
                await _ask(registry, "POST", f"gateways/{GATEWAY}/{step}")
                async with asyncio.timeout(BOUND_SECONDS):
                    await _until_known(database, approved=approved)
                took[step].append(time.perf_counter() - begin)
    finally:
        await database.close()
        stack.children.stop("verification")
    return [_effect(step, seconds) for step, seconds in took.items()]


async def _until_known(database: Connection, *, approved: bool) -> None:
    while True:
        if await database.fetchval("SELECT bool_or(approved) FROM gateways") is approved:
            return
        await asyncio.sleep(_LOOKS_SECONDS)


async def _ask(registry: aiohttp.ClientSession, method: str, path: str, body: object = None) -> None:
    async with registry.request(method, f"/v1/{path}", json=body) as answer:
        answer.raise_for_status()


def _effect(step: str, seconds: list[float]) -> Effect:
    cut = quantiles(seconds, n=100)
    return Effect(
        step=step,
        times=len(seconds),
        p50_milliseconds=round(1000 * cut[49], 1),
        p99_milliseconds=round(1000 * cut[98], 1),
    )
