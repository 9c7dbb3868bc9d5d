"""`make chaos [TAPS=n] [SEED=n]`: Ketuk under fire, and a ledger of what came of it."""

import argparse
import asyncio
import logging
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from dev.chaos import city
from dev.chaos.fire import Say
from dev.chaos.household import EndedByItself
from dev.chaos.report import last_line, table
from dev.chaos.run import Outcome, Run
from dev.chaos.schedule import Schedule, schedule, told
from dev.stack.entry import ended
from dev.stack.missing import Missing
from dev.stack.platform import ran_on
from dev.stack.stack import Stack

FOLDER = Path(__file__).parents[2] / ".run" / "chaos"


def main() -> int:
    """Run. Returns 0 where nothing is lost, unexpected, duplicated or wrong, and every step was hit."""
    arguments = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    arguments.add_argument("--taps", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=random.randrange(1_000_000))  # noqa: S311  no secret
    asked = arguments.parse_args()
    # what a client library says of each loss
    logging.disable(logging.CRITICAL)
    run = schedule(seed=asked.seed, taps=asked.taps)
    _say(f"Seed {run.seed}: {asked.taps} taps in {run.seconds:.0f} s. The schedule:")
    for line in told(run):
        _say(line)
    # as Ctrl-C does: what was started is ended
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stack, outcome = Stack.fresh(folder=FOLDER), None
    try:
        outcome = under_fire(stack, run, say=_say)
    except* (Missing, EndedByItself, TimeoutError) as group:
        for what in _each(group):
            sys.stderr.write(f"{str(what) or 'The services were not ready in time.'}\n")
    finally:
        stack.stop()
    if outcome is None:
        return 1
    for line in table(outcome):
        _say(line)
    _say(last_line(outcome, seed=run.seed))
    return 1 if outcome.complaints else 0


def under_fire(stack: Stack, run: Schedule, *, say: Say) -> Outcome:
    """A run on a fresh stack, which is started here."""
    city.add_gateways(stack)
    stack.start()
    for name, value in asyncio.run(ran_on(stack)).items():
        say(f"{name}: {value}")
    return asyncio.run(Run(stack=stack, folder=stack.folder / "run", run=run, say=say).go())


def _each(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for inner in group.exceptions:
        if isinstance(inner, BaseExceptionGroup):
            yield from _each(inner)
        else:
            yield inner


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(ended(main))
