"""`make demo [TAPS=n] [SEED=n] [KILL=part,…]`: the whole of Ketuk on this machine."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import TextIO

from dev.demo.faults import PARTS
from dev.demo.private import PrivateRun
from dev.ledger.report import last_line, table
from dev.stack.entry import ended
from dev.stack.stack import Stack

FOLDER = Path(__file__).parents[2] / ".run" / "demo"


def main() -> int:
    """Run the demo. Returns 0 where the four that must be zero are zero, or where it was interrupted."""
    told = _arguments()
    stack = Stack.fresh(folder=FOLDER)
    _say("Starting PostgreSQL, RabbitMQ and pcscd, private to this checkout …")
    try:
        stack.start()
        return asyncio.run(_demo(stack, told))
    finally:
        _say("Stopping all that was started …", stream=sys.stderr)
        stack.stop()


async def _demo(stack: Stack, told: argparse.Namespace) -> int:
    run = PrivateRun(stack=stack, seed=told.seed, taps=told.taps, kill=told.kill, say=_say)
    task = asyncio.create_task(run.go())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        account = await task
    except asyncio.CancelledError:
        _say("Interrupted.")
        return 0
    _say(table(account))
    stack.stop()
    _say(last_line(account, seed=told.seed))
    return 0 if account.is_clean else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--taps", type=int, help="how many cards; without it until interrupted")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kill", type=_parts, default=(), help=f"of {', '.join(PARTS)}")
    return parser.parse_args()


def _parts(written: str) -> tuple[str, ...]:
    parts = tuple(part for part in written.split(",") if part)
    if unknown := set(parts) - set(PARTS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))} is not one of {', '.join(PARTS)}")
    return parts


def _say(line: str, *, stream: TextIO = sys.stdout) -> None:
    stream.write(f"{line}\n")
    stream.flush()


if __name__ == "__main__":
    raise SystemExit(ended(main))
