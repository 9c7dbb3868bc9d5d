"""Schemathesis asks the registry for all that its OpenAPI document describes, and for much else."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.integration.registry.case import Case

SHORT_EXAMPLES, LONG_EXAMPLES = 8, 40
EXCLUDED = "positive_data_acceptance"
"""A schema cannot say which places and institutions there are: what fits it may still be refused."""


@pytest.mark.timeout(300)
async def test_schemathesis_finds_nothing(case: Case, tmp_path: Path, *, is_long: bool) -> None:
    async with case.running(requests_per_second=100_000):
        run = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"http://127.0.0.1:{case.settings.http_port}/v1/openapi.json",
            "--header",
            f"Authorization: Bearer {case.settings.api_token.get_secret_value()}",
            "--checks=all",
            f"--exclude-checks={EXCLUDED}",
            "--phases=examples,coverage,fuzzing",
            f"--max-examples={LONG_EXAMPLES if is_long else SHORT_EXAMPLES}",
            "--seed=1",
            "--request-timeout=10",
            "--generation-database=none",
            "--no-color",
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await run.communicate()
        verified = await case.done("GET", "/v1/audit/verification")
    assert run.returncode == 0, said.decode()
    assert verified["findings"] == []
