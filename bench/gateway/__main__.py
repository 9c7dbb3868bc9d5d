"""`make bench-gateway [TAPS=n]`: the gateway's own share of a tap, on pcscd with simulated cards.

For each purpose: from pcscd's report of a card to the tap in the spool, and to its evidence there.
"""

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack
from statistics import quantiles

from dev.counter.counter import Counter, counter
from dev.counter.until import until
from dev.stack.entry import ended
from simulator.lying import Lying

READERS = 4
STAYS_SECONDS = 0.3
BOUND_SECONDS = 60.0
SPOOL_BAR = 30.0
"""Milliseconds: 99 of 100 cards are in the spool so soon after pcscd's report."""
EVIDENCE_BAR = 250.0
"""Milliseconds, of the median; six times that where each command waits for a delayed acknowledgement."""
PURPOSES = ("record", "chip-check")


def main() -> int:
    """Measure and print. Returns the exit code: 1 where the bar is not met."""
    parser = argparse.ArgumentParser(prog="make bench-gateway", description=__doc__)
    parser.add_argument("--taps", type=int, default=60, help="at each of the readers")
    taps = parser.parse_args().taps
    met = True
    for purpose in PURPOSES:
        presented, read = asyncio.run(_measured(purpose, taps=taps))
        _, p99 = _said(f"{purpose}: report to spool", presented)
        p50, _ = _said(f"{purpose}: report to evidence", read)
        met = met and p99 <= SPOOL_BAR and p50 <= EVIDENCE_BAR
    return 0 if met else 1


async def _measured(purpose: str, *, taps: int) -> tuple[list[float], list[float]]:
    """Milliseconds to the tap in the spool, and to its evidence. Raises TimeoutError where taps hang."""
    with counter(readers=READERS, settings={"KETUK_PURPOSE": purpose}) as at:
        async with AsyncExitStack() as lying:
            for port in at.ports:
                await (await lying.enter_async_context(Lying(at.sam(), port=port + 1))).noticed()
            async with asyncio.TaskGroup() as tapping:
                for port in at.ports:
                    tapping.create_task(_tap(at, port, range(taps)))
            await until(at.is_empty, within=BOUND_SECONDS)
        log = at.gateway.log()
    return (
        [line["after_ms"] for line in log if line.get("event") == "card presented"],
        [1000 * line["seconds"] for line in log if line.get("event") == "tap read"],
    )


async def _tap(at: Counter, port: int, numbers: range) -> None:
    for number in numbers:
        async with Lying(at.card(number=number).chip, port=port) as card:
            await asyncio.wait_for(card.noticed(), BOUND_SECONDS)
            await asyncio.sleep(STAYS_SECONDS)
            await asyncio.wait_for(card.read(), BOUND_SECONDS)


def _said(what: str, milliseconds: list[float]) -> tuple[float, float]:
    """Print p50 and p99, and return them."""
    cut = quantiles(milliseconds, n=100)
    line = f"{what:<30} {len(milliseconds)} taps, p50 {cut[49]:.1f} ms, p99 {cut[98]:.1f} ms\n"
    sys.stdout.write(line)
    sys.stdout.flush()
    return cut[49], cut[98]


if __name__ == "__main__":
    raise SystemExit(ended(main))
