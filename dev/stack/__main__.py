"""`python -m dev.stack start|stop|status`: the private stack in the background."""

import argparse
import sys
from pathlib import Path

from dev.stack.entry import ended
from dev.stack.stack import Stack

FOLDER = Path(__file__).parents[2] / ".run"


def main() -> int:
    """Do as told. Returns the exit code."""
    arguments = argparse.ArgumentParser(prog="python -m dev.stack", description=__doc__)
    arguments.add_argument("action", choices=("start", "stop", "status"))
    action = arguments.parse_args().action
    stack = Stack(folder=FOLDER)
    if action == "start":
        stack.start()
        sys.stdout.write(f"The stack runs; its addresses are in {stack.folder / 'stack.env'}\n")
    elif action == "stop":
        stack.stop()
    for name in stack.children.names():
        sys.stdout.write(f"{name}: {'runs' if stack.children.is_alive(name) else 'has ended'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(ended(main))
