"""`python -m dev.scale [--page]`: measure into bench/scale.json, then write docs/scale.md from it."""

import sys
from pathlib import Path

from dev import measured
from dev.scale.cost import Cost
from dev.scale.measure import measure
from dev.scale.page import page
from dev.stack.entry import ended

ROOT = Path(__file__).parents[2]
MEASURED, PAGE = ROOT / "bench" / "scale.json", ROOT / "docs" / "scale.md"


def main() -> None:
    """Do as told."""
    if "--page" not in sys.argv:
        measured.write(MEASURED, measure())
    PAGE.write_text(page(measured.read(MEASURED, Cost)))
    sys.stdout.write(PAGE.read_text())


if __name__ == "__main__":
    raise SystemExit(ended(main))
