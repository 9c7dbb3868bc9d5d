"""A key is that of one request: its method, its path and what was sent."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.integration.registry.case import Answer, Case


@pytest.fixture
def key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


def is_of_another_request(answer: Answer) -> bool:
    return answer.status == 422 and "used for something else" in answer.body["detail"]


async def test_a_key_on_another_method_of_its_path_is_refused_and_does_nothing(
    shared: Case, key: dict[str, str]
) -> None:
    path = f"/v1/tokens/program-{uuid4().hex[:8]}"
    body = {"role": "viewer", "expires": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    issued = await shared.ask("POST", path, body, headers=key)
    assert is_of_another_request(await shared.ask("DELETE", path, headers=key))
    assert (await shared.ask("GET", "/v1/places", token=issued.body["secret"])).status == 200


async def test_a_key_on_another_query_of_its_path_is_refused(shared: Case, key: dict[str, str]) -> None:
    path = f"/v1/institutions/agency-{uuid4().hex[:8]}"
    body = {"name": "Contoh", "kind": "agency"}
    assert (await shared.ask("PUT", path, body, headers=key)).status == 200
    assert is_of_another_request(await shared.ask("PUT", f"{path}?x=1", body, headers=key))


async def test_the_secret_of_a_token_is_in_none_of_the_registrys_tables(
    shared: Case, key: dict[str, str]
) -> None:
    body = {"role": "viewer", "expires": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    issued = await shared.ask("POST", f"/v1/tokens/program-{uuid4().hex[:8]}", body, headers=key)
    await shared.ask("GET", "/v1/places", token=issued.body["secret"])
    tables = await shared.pool.fetch(
        "SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'"
    )
    plain = issued.body["secret"]
    holding = [
        table["name"]
        for table in tables
        for written in (plain, plain.encode().hex())  # as a text, or among bytes
        if await shared.pool.fetchval(
            f"SELECT EXISTS (SELECT 1 FROM {table['name']} AS t WHERE position($1 IN t::text) > 0)",  # noqa: S608
            written,
        )
    ]
    assert len(tables) > 10
    assert holding == []
