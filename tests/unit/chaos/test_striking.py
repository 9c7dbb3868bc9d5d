import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from dev.chaos.journal import Struck, entries
from dev.chaos.striking import Orders, Strike

PASSES = """
import sys
from pathlib import Path
from chassis.runtime.checkpoints import Step
from dev.chaos.striking import Striking

folder = Path(sys.argv[1])
striking = Striking(process="registry-1", orders=folder / "orders", journal=folder / "strikes")
for _ in range(3):
    striking("registry.verdicts", Step.READ)
    striking("registry.verdicts", Step.PUBLISHED)
"""


def strike(step: str, *, passing: int, process: str = "registry-1", after: float = 0.0) -> Strike:
    return Strike(process=process, part="registry.verdicts", step=step, passing=passing, after=after)


def ended_with(folder: Path) -> int:
    return subprocess.run(
        [sys.executable, "-c", PASSES, folder], check=False, cwd=Path(__file__).parents[3]
    ).returncode


def order(folder: Path, *strikes: Strike, began: float | None = None) -> None:
    orders = Orders(began=time.time() if began is None else began, strikes=strikes)
    (folder / "orders").write_bytes(msgspec.json.encode(orders))


def test_a_process_ends_itself_at_one_step_after_the_other_once_each(tmp_path: Path) -> None:
    order(
        tmp_path,
        strike("published", passing=2),
        strike("read", passing=1, process="registry-2"),
        strike("read", passing=3),
    )
    assert [ended_with(tmp_path) for _ in range(3)] == [-signal.SIGKILL, -signal.SIGKILL, 0]
    assert entries(tmp_path / "strikes", Struck) == [
        Struck(process="registry-1", part="registry.verdicts", step="published", passing=2),
        Struck(process="registry-1", part="registry.verdicts", step="read", passing=3),
    ]


def test_it_lives_on_before_its_time_and_without_orders(tmp_path: Path) -> None:
    assert ended_with(tmp_path) == 0
    order(tmp_path, strike("read", passing=1, after=3600))
    assert ended_with(tmp_path) == 0
    order(tmp_path, strike("read", passing=1, after=3600), began=time.time() - 3601)
    assert ended_with(tmp_path) == -signal.SIGKILL
