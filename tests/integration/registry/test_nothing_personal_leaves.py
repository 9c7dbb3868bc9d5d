"""What PostgreSQL says of a row that it refuses names the person: none of it may stay in a log."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from yarl import URL

from simulator import census
from tests.integration.registry.case import Case
from tests.integration.registry.fresh_database import execute

PLACES = ("33.72.04.1010", "33.72.05.1011")
ENTRIES = "SELECT l::text, d::text FROM audit_log AS l JOIN audit_details AS d USING (position)"


@asynccontextmanager
async def refusing_residents(case: Case, stack_env: Mapping[str, str]) -> AsyncIterator[None]:
    """The database takes no resident."""
    database = URL(case.settings.database_url).path
    owner = str(URL(stack_env["DATABASE_REGISTRY_OWNER_URL"]).with_path(database))
    await execute(owner, "ALTER TABLE residents ADD CONSTRAINT refused CHECK (name = '') NOT VALID")
    try:
        yield
    finally:
        await execute(owner, "ALTER TABLE residents DROP CONSTRAINT refused")


async def test_what_the_database_says_of_people_whom_it_refuses_is_in_no_log_and_no_entry(
    shared: Case, stack_env: Mapping[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "city.csv"
    census.write(file, 20, seed=12, places=PLACES)
    lines = file.read_bytes()
    words = [word for line in lines.decode().splitlines()[1:] for word in line.split(",")[:2]]
    assert len(words) == 40
    async with refusing_residents(shared, stack_env):
        answer = await shared.ask("POST", "/v1/residents/import", raw=lines)
    assert answer.status == 500
    entries = str(await shared.pool.fetch(ENTRIES))
    said = capfd.readouterr()
    everywhere = entries + said.out + said.err + str(answer)
    assert "CheckViolationError" in entries
    assert "CheckViolationError" in said.out
    assert [word for word in words if word in everywhere] == []
