"""A relay to one institution that ends: another is made, and `/readyz` says whose stands still."""

import asyncio

import pytest

from registry.disclosure.agency_relay import AgencyRelay
from tests.integration.registry.case import Case, until

_run = AgencyRelay.run


async def test_a_relay_that_ended_is_made_anew_and_delays_nobody(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    async def run(self: AgencyRelay, stopping: asyncio.Event) -> None:
        if not ended:
            ended.append("cancelled by a library")
            raise asyncio.CancelledError
        await _run(self, stopping)

    async with case.running():
        gateway = await case.gateway()
        struck, other = await case.agency(), await case.agency()
        for each in (struck, other):
            await case.feed(each)
        monkeypatch.setattr(AgencyRelay, "run", run)
        await case.judge(*(case.verdict(gateway) for _ in range(3)))
        await case.settled(struck, (0, 3, 0))
        await case.settled(other, (0, 3, 0))
    assert ended


async def test_readyz_names_the_institution_that_cannot_be_reached_and_stays_ready(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = ""

    async def run(self: AgencyRelay, stopping: asyncio.Event) -> None:
        if self.institution != hangs:
            return await _run(self, stopping)
        self.pulse.down("the broker fell silent")
        await stopping.wait()
        return None

    monkeypatch.setattr(AgencyRelay, "run", run)
    async with case.running():
        gateway = await case.gateway()
        hangs, other = await case.agency(), await case.agency()
        await case.feed(other)
        await case.judge(case.verdict(gateway))
        await case.settled(other, (0, 1, 0))

        async def is_told() -> bool:
            answer = await case.ask("GET", "/readyz", token="")
            assert answer.body["ready"]
            return f"{hangs} (the broker fell silent)" in answer.body["resources"]["agencies"]

        await until(is_told, what="which one is told")
