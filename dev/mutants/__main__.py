"""`python -m dev.mutants [NAME …]`: put small bugs into the pure domain, and say which no unit test sees.

Ends with 1 where more than 3 % of them have no reason in `dev/mutants/accepted.toml`, or where a reason is of
one that a test sees.
"""

import sys
import time
from pathlib import Path

from dev.mutants.mutmut import ROOT, MutmutFailed, found_in
from dev.mutants.subjects import SUBJECTS
from dev.mutants.survivors import Found, accepted_in, complaints, unexplained

ACCEPTED = Path(__file__).with_name("accepted.toml")


def main(names: list[str]) -> int:
    """Try the subjects that are named, or all. Returns the exit code."""
    if unknown := set(names) - set(SUBJECTS):
        sys.stderr.write(f"{', '.join(sorted(unknown))}: none of {', '.join(SUBJECTS)}\n")
        return 2
    accepted, found = accepted_in(ACCEPTED), list[Found]()
    chosen = {name: SUBJECTS[name] for name in names or SUBJECTS}
    for name, subject in chosen.items():
        began = time.monotonic()
        try:
            found.append(one := found_in(subject, folder=ROOT / ".run" / "mutants" / name))
        except MutmutFailed as why:
            sys.stderr.write(f"{name}: {why}\n")
            return 1
        left = len(unexplained(one, accepted))
        sys.stdout.write(
            f"{name}: {one.mutants} mutants, {len(one.survivors)} survived, {left} of them without a reason "
            f"({time.monotonic() - began:.0f} s)\n"
        )
    packages = tuple(f"{subject.package}." for subject in chosen.values())
    said = complaints(found, [each for each in accepted if each.function.startswith(packages)])
    sys.stdout.writelines(f"{each}\n" for each in said)
    return 1 if said else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
