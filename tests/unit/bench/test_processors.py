"""Who is said to be busy is who was."""

import os
import subprocess
import sys
import time

import psutil

from bench.verification.processors import Watch

SPINS = "while True: pass"
BELOW = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SPINS!r}])"
BOUND_SECONDS = 30.0


def test_what_a_process_and_those_below_it_use_is_theirs_and_not_that_of_who_watches() -> None:
    with subprocess.Popen([sys.executable, "-c", BELOW], start_new_session=True) as first:
        try:
            watch = Watch({"first": first.pid, "watcher": os.getpid()})
            deadline = time.monotonic() + BOUND_SECONDS
            while _used_below(first.pid) < 1.0:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            seen = watch.seen(1.0)
        finally:
            os.killpg(first.pid, 9)
    assert seen["first"].used >= 0.5
    assert seen["watcher"].used < seen["first"].used / 2


def _used_below(pid: int) -> float:
    return sum(each.cpu_times().user for each in psutil.Process(pid).children())
