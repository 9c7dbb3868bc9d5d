"""What the office decides about a gateway is what verification judges by."""

import asyncio

import pytest

from tests.integration.registry.case import Case
from tests.integration.registry.conftest import case, database_url, kept, settings, template  # noqa: F401  fixtures
from tests.integration.verification.bench import GATEWAY, Bench, running, until_gateway_is_known
from tests.integration.verification.conftest import bench  # noqa: F401  a fixture
from tests.integration.verification.hostile import of, reading, sealed, send, tap
from tests.support.bounds import BOUND_SECONDS

ROUNDS = 3


async def until_judged(bench: Bench, outcome: str) -> None:  # noqa: F811  what the fixture gives
    """Wait until a reading is judged like this."""
    async with asyncio.timeout(BOUND_SECONDS):
        while True:
            mine = of(GATEWAY, tap())
            await send(bench, reading(mine, sealed(bench, mine)))
            _, judged = await bench.verdict()
            if judged.outcome == outcome:
                return


@pytest.mark.timeout(400)
async def test_approval_and_suspension_take_effect(
    case: Case,  # noqa: F811  what the fixture gives
    bench: Bench,  # noqa: F811  the same
) -> None:
    key = bench.stack.secrets.read(f"gateway-{GATEWAY}/identity_public.pem")
    async with case.running(), running(bench.found):
        await case.done("PUT", f"/v1/institutions/{GATEWAY}", {"name": "Jebres", "kind": "kelurahan"})
        described = {"institution": GATEWAY, "place": "33.72.04.1010", "public_key": key}
        await case.done("PUT", f"/v1/gateways/{GATEWAY}", described)
        await case.done("POST", f"/v1/gateways/{GATEWAY}/approve")
        await until_gateway_is_known(bench.found)  # before that its readings are dead letters
        for _ in range(ROUNDS):
            for step, outcome in (("suspend", "refused"), ("approve", "inconclusive")):
                await case.done("POST", f"/v1/gateways/{GATEWAY}/{step}")
                await until_judged(bench, outcome)
