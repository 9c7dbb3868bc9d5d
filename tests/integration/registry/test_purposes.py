"""Purposes are published through the API, told to the other services, and kept in every version."""

import json
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace

from chassis.messaging.broker import EVENTS
from dev.contract.examples import examples
from ketuk_events.catalogue import SNAPSHOT_REQUESTED
from ketuk_events.events import to_wire
from ketuk_events.projection import PurposesChanged, SnapshotPart
from registry.purposes.purposes import FIRST, read
from tests.integration.registry.case import Case, Json, all_of, next_of, until

PATH = "/v1/purposes"


def as_json(content: object) -> Json:
    return json.loads(msgspec.json.encode(content))


FIRST_PURPOSES: list[dict[str, Any]] = as_json(read(FIRST))


def another() -> dict[str, Any]:
    record = next(each for each in FIRST_PURPOSES if each["purpose"] == "record")
    return {**record, "purpose": f"purpose-{uuid4().hex[:8]}"}


async def now(case: Case) -> dict[str, Any]:
    async def published() -> bool:
        return (await case.ask("GET", PATH)).status == 200

    await until(published, what="the first purposes")
    found: dict[str, Any] = await case.done("GET", PATH)
    return found


async def test_a_registry_publishes_the_purposes_it_was_shipped_with_once(case: Case) -> None:
    async with case.running():
        await now(case)
        versions = await case.done("GET", f"{PATH}/versions")
    async with case.running():
        assert await case.done("GET", f"{PATH}/versions") == versions
    assert (versions[-1]["version"], versions[-1]["purposes"]) == (1, FIRST_PURPOSES)


async def test_purposes_that_change_get_a_version_that_is_told_and_those_before_are_kept(
    shared: Case,
) -> None:
    heard = await shared.services.declare_queue(exclusive=True)
    await heard.bind(EVENTS, "purposes.changed.v1.3372.registry")
    before = await now(shared)
    await all_of(heard)
    wanted = [another(), *before["purposes"]]
    changed = await shared.done("PUT", PATH, wanted)
    again = await shared.done("PUT", PATH, wanted[::-1])
    told = msgspec.json.decode((await next_of(heard)).body, type=PurposesChanged)
    versions = await shared.done("GET", f"{PATH}/versions")
    assert await now(shared) == changed == again
    assert await all_of(heard) == []
    assert (told.version, changed["version"]) == (before["version"] + 1, before["version"] + 1)
    assert as_json(told.purposes) == changed["purposes"]
    assert versions[:2] == [changed, before]


async def test_a_snapshot_has_the_purposes_that_count(shared: Case) -> None:
    heard = await shared.services.declare_queue(exclusive=True)
    await heard.bind(EVENTS, "snapshot.part.v1.3372.verification")
    published = await now(shared)
    await shared.judge(to_wire(replace(examples()[SNAPSHOT_REQUESTED], id=uuid4(), owner="verification")))
    part = msgspec.json.decode((await next_of(heard)).body, type=SnapshotPart)
    assert part.purposes is not None
    assert part.purposes.version == published["version"]
    assert as_json(part.purposes.purposes) == published["purposes"]


@pytest.mark.parametrize("wrong", [[], [{**FIRST_PURPOSES[0], "needs": ["moon.full"]}], [{"purpose": "x"}]])
async def test_purposes_that_no_verdict_could_follow_are_refused(shared: Case, wrong: object) -> None:
    before = await now(shared)
    refused = [await shared.ask("PUT", PATH, wrong), await shared.ask("PUT", PATH, before["purposes"][:1])]
    assert await now(shared) == before
    assert [answer.status for answer in refused] == [422, 422]
