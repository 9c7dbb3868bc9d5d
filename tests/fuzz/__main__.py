"""`python -m tests.fuzz [--seconds n] [target …]`: fuzz what reads bytes from strangers.

The corpus lies in .run/fuzz and grows from run to run. The exit code is 1 where something was found; the
input lies in .run/fuzz/<target>/findings, and `python -m tests.fuzz.child <target> <input>` shows it again.
"""

import argparse
import sys

from tests.fuzz.run import ROOT, fuzz
from tests.fuzz.targets import TARGETS

FOLDER = ROOT / ".run" / "fuzz"


def main() -> int:
    """Fuzz one target after the other. Returns the exit code."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    arguments.add_argument("--seconds", type=int, default=60, help="for each target")
    arguments.add_argument("targets", nargs="*", default=TARGETS, metavar="target", help=", ".join(TARGETS))
    told = arguments.parse_args()
    sound = True
    for target in told.targets:
        fuzzed = fuzz(target, folder=FOLDER / target, seconds=told.seconds)
        sys.stdout.write(
            f"{target}: {fuzzed.executions} executions, {fuzzed.covered} edges covered, "
            f"{fuzzed.corpus} inputs kept, {len(fuzzed.findings)} findings\n"
        )
        sys.stdout.flush()
        if not fuzzed.is_sound:
            sound = False
            again = [
                f"python -m tests.fuzz.child {target} {path.relative_to(ROOT)}" for path in fuzzed.findings
            ]
            sys.stdout.write("\n".join([fuzzed.said[-8_000:], *again, ""]))
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
