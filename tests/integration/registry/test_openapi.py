"""Schemathesis asks the registry for all that its OpenAPI document describes, and for much else."""

import asyncio
import json
import os
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from tests.integration.registry.case import Case, Json

SHORT_EXAMPLES, LONG_EXAMPLES = 1, 40
"""Of each operation; the short form also takes from the coverage phase the first case of each kind alone."""
DESCRIPTION = "/v1/openapi.json"
"""Schemathesis asks for it once, and for all other operations then."""
FIRST_OF_EACH_KIND = Path(__file__).with_name("first_of_each_kind.py")
EXCLUDED = "positive_data_acceptance"
"""A schema cannot say which places and institutions there are: what fits it may still be refused."""


async def test_schemathesis_finds_nothing(case: Case, tmp_path: Path, *, is_long: bool) -> None:
    report = tmp_path / "report.ndjson"
    async with case.running(requests_per_second=100_000):
        run = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"http://127.0.0.1:{case.settings.http_port}{DESCRIPTION}",
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
            f"--report-ndjson-path={report}",
            cwd=tmp_path,
            env=os.environ if is_long else os.environ | {"SCHEMATHESIS_HOOKS": str(FIRST_OF_EACH_KIND)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await run.communicate()
        described = await case.done("GET", DESCRIPTION)
        verified = await case.done("GET", "/v1/audit/verification")
    assert run.returncode == 0, said.decode()
    assert verified["findings"] == []
    assert await asyncio.to_thread(modes, report) == {
        f"{method.upper()} {path}": {"positive", "negative"}
        for path, operations in described["paths"].items()
        for method in operations
        if path != DESCRIPTION
    }


def modes(report: Path) -> Mapping[str, set[str]]:
    """By operation, whether it was asked with data that fit its description, and with data that do not."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    with report.open(encoding="utf-8") as lines:
        for line in lines:
            event: Json = json.loads(line)
            recorder = event.get("ScenarioFinished", {}).get("recorder", {})
            for asked in recorder.get("cases", {}).values():
                found[recorder["label"]].add(asked["value"]["meta"]["generation"]["mode"])
    return found
