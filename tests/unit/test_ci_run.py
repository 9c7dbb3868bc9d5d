""".ci/run, with a stand-in for make."""

import os
import re
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "run"
PARTS = ["lint", "unit", "fuzz", "integration and system", "containers"]


def _run(folder: Path, *, make: str) -> tuple[int, list[tuple[str, str]]]:
    program = folder / "make"
    program.write_text(f"#!/bin/sh\n{make}\n")
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    done = subprocess.run([SCRIPT], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, re.findall(r"^(.*?) +\d+ s  (.*)$", done.stdout, flags=re.MULTILINE)


def test_ci_run_tells_how_long_each_part_took(tmp_path: Path) -> None:
    status, told = _run(tmp_path, make="exit 0")
    assert status == 0
    assert told == [(name, "passed") for name in [*PARTS, "all"]]


@pytest.mark.parametrize(("target", "place"), [("lint", 0), ("test-fuzz", 2), ("test-compose", 4)])
def test_ci_run_ends_at_the_first_failure_with_its_status(tmp_path: Path, target: str, place: int) -> None:
    status, told = _run(tmp_path, make=f'[ "$1" != {target} ] || exit 7')
    assert status == 7
    assert told == [
        *((name, "passed") for name in PARTS[:place]),
        (PARTS[place], "failed, status 7"),
    ]
