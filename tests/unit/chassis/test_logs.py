"""A log that is read by machines: one object a line, whoever writes."""

import json
import subprocess
import sys

_TWO_WRITERS = """
import logging, threading
import structlog
from chassis.observability.logs import log_to_stdout
log_to_stdout(service="test")
ours = threading.Thread(target=lambda: [structlog.get_logger().info("ours") for _ in range(3000)])
ours.start()
for _ in range(3000):
    logging.getLogger("library").warning("theirs")
ours.join()
"""


def test_lines_of_our_threads_and_of_libraries_never_run_into_each_other() -> None:
    said = subprocess.run([sys.executable, "-c", _TWO_WRITERS], capture_output=True, text=True, check=True)
    events = [json.loads(line)["event"] for line in said.stdout.splitlines()]
    assert (events.count("ours"), events.count("theirs")) == (3000, 3000)


_A_STRANGERS_WORD = """
from chassis.observability.logs import log_to_stdout
from pamqp import encode
log_to_stdout(service="test")
encode.field_table({"k" * 200: "v"})
"""


def test_how_a_stranger_names_a_header_is_not_in_the_log() -> None:
    command = [sys.executable, "-c", _A_STRANGERS_WORD]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (said.stdout, said.stderr) == ("", "")


_NOBODY_TO_TELL = """
import gc, threading, warnings
from chassis.observability.logs import log_to_stdout
log_to_stdout(service="test")
async def forgotten(): pass
def fails(): raise ValueError("in a thread")
forgotten()
gc.collect()
warnings.warn("a library is old", DeprecationWarning, stacklevel=1)
thread = threading.Thread(target=fails)
thread.start()
thread.join()
"""


def test_what_python_itself_complains_of_is_a_line_like_any_other() -> None:
    for strictness in ("default", "error::RuntimeWarning"):
        command = [sys.executable, "-W", strictness, "-c", _NOBODY_TO_TELL]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        assert said.stderr == ""
        lines = [json.loads(line) for line in said.stdout.splitlines()]
        assert len(lines) == 3
        assert "coroutine object forgotten" in said.stdout or "'forgotten' was never awaited" in said.stdout
        assert "a library is old" in said.stdout
        assert lines[-1]["exception"].startswith("ValueError at <string>:6 < ")


_SAYS_WHOM = """
import asyncio, gc, logging, sys, threading
import structlog
from chassis.runtime import process as life
from chassis.observability.logs import log_to_stdout
log_to_stdout(service="test")

def fails():
    raise ValueError("Failing row contains (3372990101900001, CONTOH WARGA).")

async def forgotten():
    fails()

async def serve(stopping):
    try:
        fails()
    except ValueError:
        structlog.get_logger().exception("ours")
        logging.getLogger("library").exception("theirs")
    lost = asyncio.create_task(forgotten())
    await asyncio.wait([lost])
    del lost
    gc.collect()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(forgotten())

life.live(serve)
"""


def test_what_a_failure_says_is_in_no_line_also_where_it_ends_the_service() -> None:
    said = subprocess.run([sys.executable, "-c", _SAYS_WHOM], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    failures = [line["exception"] for line in lines if "exception" in line]
    assert len(failures) == 4
    assert all("ValueError at <string>:9 < " in failure for failure in failures)
    assert "CONTOH" not in said.stdout + said.stderr
    assert said.stderr == ""
