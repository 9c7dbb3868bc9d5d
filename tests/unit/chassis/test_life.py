"""A service as a process that is told to stop."""

import subprocess
import sys
import time

import pytest

SERVICE = """
import asyncio, sys
from chassis.runtime import process as life

life.GRACE_SECONDS = float(sys.argv[1])

async def serve(stopping):
    print("serves", flush=True)
    await stopping.wait()
    await asyncio.sleep(float(sys.argv[2]))  # what it holds
    print("did all", flush=True)

life.live(serve)
"""


@pytest.mark.parametrize(
    ("bound", "holds", "finishes"), [(30.0, 0.2, True), (0.2, 600.0, False)], ids=["within", "beyond"]
)
def test_a_stopping_service_finishes_what_it_holds_within_a_bound(
    *, bound: float, holds: float, finishes: bool
) -> None:
    service = subprocess.Popen(
        [sys.executable, "-c", SERVICE, str(bound), str(holds)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert service.stdout is not None
        while "serves" not in service.stdout.readline():
            assert service.poll() is None
        began = time.monotonic()
        service.terminate()
        said, _ = service.communicate(timeout=60)
    finally:
        service.kill()
    assert service.returncode == 0
    assert ("did all" in said) is finishes
    assert ("stopped before all was finished" in said) is not finishes
    assert time.monotonic() - began < 30
