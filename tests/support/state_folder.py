"""Where the stacks of a test run keep their state."""

import os
import shutil
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

_CHECKOUT = Path(__file__).parents[2]
_MEMORY = Path("/dev/shm")  # noqa: S108  a folder of our own in it, which nobody else owns
_ROOM_BYTES = 8 << 30
"""The stacks of one run side by side take some two gigabytes."""


def state_folder(name: str) -> Path:
    """Return the folder of a stack: another one for each process that runs tests side by side with others.

    It lies in memory where there is room: a fifth of a run went into files that no test reads again.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    return _base() / (f"{name}-{worker}" if worker else name)


def _base() -> Path:
    run = _CHECKOUT / ".run"
    folder = _MEMORY / f"ketuk-{sha256(str(_CHECKOUT).encode()).hexdigest()[:12]}"
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _ROOM_BYTES:
        return run
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        return run
    # so that `make clean` finds it
    run.mkdir(exist_ok=True)
    with suppress(FileExistsError):
        (run / "tests").symlink_to(folder)
    return folder
