"""`python -m tests.fuzz.child <target> [arguments of libFuzzer]`: fuzz one target, or run it on a file.

libFuzzer (under atheris) never returns: it ends the process, with an exit code other than 0 at a finding.
"""

import sys
from importlib import import_module

import atheris

MEASURED = ["chassis", "reader_gateway", "registry", "verification", "ketuk_events", "tests.fuzz"]
"""What coverage is measured in, and so drives the fuzzer."""


def main() -> None:
    """Do as told."""
    target, *arguments = sys.argv[1:]
    with atheris.instrument_imports(include=MEASURED):
        once = import_module(target).once
    atheris.Setup([sys.argv[0], *arguments], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
