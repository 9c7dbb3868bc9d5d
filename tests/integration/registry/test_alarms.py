"""Alarms in the registry: kept once, shown until somebody has looked, and no one else's word."""

from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from dev.contract.examples import examples
from ketuk_events.catalogue import ALARM_RAISED
from ketuk_events.events import Wire, to_wire
from tests.integration.registry.case import Case, until


def alarm(**said: object) -> tuple[Wire, str]:
    """As verification raises one, and its id."""
    example = examples()[ALARM_RAISED]
    told = replace(example, id=uuid4(), data=replace(example.data, **said))
    return to_wire(told), str(told.id)


async def shown(case: Case, name: str, *, unseen: bool = False) -> list[dict[str, Any]]:
    asked = "/v1/alarms?unseen=true" if unseen else "/v1/alarms"
    return [each for each in await case.done("GET", asked) if each["alarm"] == name]


async def ringing(case: Case, kind: str) -> float:
    async with case.http.get("/metrics") as answer:
        text = await answer.text()
    found = [line for line in text.splitlines() if line.startswith(f'ketuk_alarms_unseen{{kind="{kind}"}}')]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


async def test_an_alarm_is_kept_once_and_rings_until_somebody_has_looked(shared: Case) -> None:
    kind = f"kind-{uuid4().hex[:8]}"
    (first, one), (second, two) = alarm(alarm=kind), alarm(alarm=kind, card_ref=None)
    await shared.judge(first, second, first)

    async def arrived() -> bool:
        return bool(await shown(shared, two))

    await until(arrived, what="the alarms")

    async def rings() -> bool:
        return await ringing(shared, kind) == 2

    await until(rings, what="both on /metrics")
    (kept,) = await shown(shared, one, unseen=True)
    assert (kept["kind"], kept["reader"], kept["seen"]) == (kind, "loket-1", None)
    assert (await shown(shared, two))[0]["card_ref"] is None
    seen = await shared.done("POST", f"/v1/alarms/{one}/seen")
    assert seen["seen"] is not None
    assert await shared.done("POST", f"/v1/alarms/{one}/seen") == seen
    await shared.done("POST", f"/v1/alarms/{two}/seen")
    assert await shown(shared, one, unseen=True) == []
    assert await shown(shared, one) == [seen]

    async def is_quiet() -> bool:
        return await ringing(shared, kind) == 0

    await until(is_quiet, what="silence on /metrics")


async def test_an_alarm_that_verification_did_not_raise_is_a_dead_letter(shared: Case) -> None:
    told, name = alarm()
    await shared.publish(told, channel=shared.services, user="admin")
    letter = await shared.dead_letter()
    assert letter.headers["ketuk-reason"] == "an alarm that verification did not raise"
    assert await shown(shared, name) == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1/alarms/0190c0de-0000-7000-8000-000000000000/seen", 404),
        ("POST", "/v1/alarms/1/seen", 404),
        ("GET", "/v1/alarms?unseen=perhaps", 422),
        ("GET", "/v1/alarms?since=1", 422),
    ],
)
async def test_what_cannot_be_answered_is_said(shared: Case, method: str, path: str, status: int) -> None:
    assert (await shared.ask(method, path)).status == status
