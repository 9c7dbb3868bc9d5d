"""Processes that were started are ended, with all that they began, also where nothing can be written."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from dev.stack.children import Children

OUTLIVED = 'trap "exit 0" TERM; (trap "" TERM; exec sleep 600) & echo $! > "$0"; while :; do sleep 0.05; done'
"""A script that ends when it is asked to; what it began does not."""


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    made = Children(folder=tmp_path)
    yield made
    made.stop_all()


def test_stop_ends_what_outlives_the_script_that_began_it(
    children: Children, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dev.stack.children.END_SECONDS", 1.0)
    children.start("script", ["bash", "-c", OUTLIVED, tmp_path / "number"])
    while not (number := _read(tmp_path / "number")):
        time.sleep(0.02)
    children.stop("script", ask=signal.SIGTERM)
    assert not psutil.pid_exists(int(number)) or psutil.Process(int(number)).status() == psutil.STATUS_ZOMBIE


def _read(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""


def test_a_process_that_cannot_be_remembered_is_ended_and_the_others_can_be_stopped(
    children: Children, tmp_path: Path
) -> None:
    first = children.start("first", ["sleep", "600"])
    # a folder where the record is written anew takes no text, as a full disk takes none
    (tmp_path / "children.new").mkdir()
    with pytest.raises(OSError, match=r"children\.new"):
        children.start("second", ["sleep", "601"])
    assert not [each for each in psutil.Process(os.getpid()).children() if "601" in each.cmdline()]
    children.stop_all()
    assert not first.is_alive()
