"""What a process has logged, read while it logs on."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any


def logged(file: Path) -> list[dict[str, Any]]:
    """The JSON lines of a log, over all starts: the whole ones, for the last is perhaps being written.

    A line that a kill cut off has run into the next start's first one: neither can be read.
    """
    whole, _, _ = file.read_text(errors="replace").rpartition("\n")
    lines = []
    for line in whole.splitlines():
        if line.startswith("{"):
            with suppress(json.JSONDecodeError):
                lines.append(json.loads(line))
    return lines
