"""`python -m bench.verification [--page] [--letters N]`: measure, then write the page and the plot."""

import argparse
import sys

import uvloop

from bench.verification.corpus import corpus
from bench.verification.page import MEASURED, PAGE, ROOT, page
from bench.verification.plot import plot
from bench.verification.results import Results
from bench.verification.run import run
from bench.verification.site import fresh_stack
from dev import measured
from dev.stack.entry import ended

PLOT = ROOT / "docs" / "speed.png"
CORPUS = ROOT / ".run" / "bench-corpus" / "letters.msgpack"
LETTERS = 20_000


def main() -> None:
    """Do as told."""
    parser = argparse.ArgumentParser(prog="python -m bench.verification", description=__doc__)
    parser.add_argument("--page", action="store_true", help="from what was measured before")
    parser.add_argument("--letters", type=int, default=LETTERS)
    told = parser.parse_args()
    if not told.page:
        letters = corpus(CORPUS, size=told.letters)
        with fresh_stack() as stack:
            results = uvloop.run(run(stack, letters))
        measured.write(MEASURED, results)
    by_release = measured.read(MEASURED, Results)
    PAGE.write_text(page(by_release))
    plot(next(iter(by_release.values())), PLOT)
    sys.stdout.write(PAGE.read_text())


if __name__ == "__main__":
    raise SystemExit(ended(main))
