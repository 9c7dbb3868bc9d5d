"""Where the stacks of a test run keep their state."""

import os
from pathlib import Path

_RUN = Path(__file__).parents[2] / ".run"


def state_folder(name: str) -> Path:
    """Return the folder of a stack: another one for each process that runs tests side by side with others."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    return _RUN / (f"{name}-{worker}" if worker else name)
