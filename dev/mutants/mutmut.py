"""Runs mutmut on a copy in which each package lies at the top: it wants a module's name to be its path."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from dev.mutants.subjects import Subject
from dev.mutants.survivors import Found, Survivor

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "proto/ketuk_events",
    *(f"services/{name}" for name in ("chassis", "operations", "reader_gateway", "registry", "verification")),
    *("bench", "dev", "simulator"),
)
BESIDE = ("proto/examples", "proto/schemas", "tests/conftest.py", "tests/fuzz", "tests/support", "tests/unit")
_MUTANT = re.compile(r"(?P<module>.+)\.(?:xǁ(?P<kind>\w+)ǁ|x_)(?P<function>\w+)__mutmut_[0-9]+")
_SURVIVED, _UNTESTED = 0, (5, 33)
"""Exit codes in mutmut's files: the tests passed, or there were none."""


class MutmutFailed(Exception):
    """mutmut did not come to an end; `str()` is the end of what it said."""


def found_in(subject: Subject, *, folder: Path) -> Found:
    """Mutate a subject in a folder that is made anew. Raises MutmutFailed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in PACKAGES:
        _copy(ROOT / name, folder / Path(name).name)
    for name in BESIDE:
        _copy(ROOT / name, folder / name)
    (folder / "pyproject.toml").write_text(_settings(subject))
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(os.cpu_count() or 1)]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    codes = dict(_codes(folder / "mutants" / subject.package))
    if run.returncode != 0 or not codes or None in codes.values():
        raise MutmutFailed((run.stdout + run.stderr)[-3000:])
    alive = [name for name, code in codes.items() if code == _SURVIVED or code in _UNTESTED]
    return Found(mutants=len(codes), survivors=tuple(_survivor(name, folder=folder) for name in alive))


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def _settings(subject: Subject) -> str:
    """For mutmut and pytest."""
    options = ["-q", "-p", "no:cacheprovider", *(f"--deselect={each}" for each in subject.skipped)]
    beside = [Path(name).name for name in PACKAGES if Path(name).name != subject.package]
    told = {
        "source_paths": [subject.package],
        "only_mutate": [f"{subject.package}/{each}" for each in subject.modules],
        "also_copy": [*beside, "proto"],
        "pytest_add_cli_args_test_selection": list(subject.tests),
        "pytest_add_cli_args": options,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in told.items()]
    return "\n".join(
        [
            "[tool.mutmut]",
            *lines,
            "use_git_change_detection = false",
            "[tool.pytest.ini_options]",
            'addopts = ["--import-mode=importlib"]',
            'asyncio_mode = "auto"',
            "timeout = 60",
            "",
        ]
    )


def _codes(package: Path) -> Iterator[tuple[str, int | None]]:
    for file in sorted(package.rglob("*.meta")):
        yield from json.loads(file.read_text())["exit_code_by_key"].items()


def _survivor(name: str, *, folder: Path) -> Survivor:
    shown = subprocess.run(
        [sys.executable, "-m", "mutmut", "show", name], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    mutant = _MUTANT.fullmatch(name)
    function = name if mutant is None else ".".join(filter(None, mutant.group("module", "kind", "function")))
    return Survivor(function=function, was=_changed(shown, "-"), now=_changed(shown, "+"))


def _changed(shown: str, mark: str) -> str:
    lines = [
        line[1:].strip()
        for line in shown.splitlines()
        if line.startswith(mark) and not line.startswith(mark * 3)
    ]
    return " ".join(lines)
