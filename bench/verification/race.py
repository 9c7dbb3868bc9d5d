"""One round of one contestant: the queue is full before it starts; the clock runs from a twentieth on."""

import time
from collections.abc import Sequence

from bench.verification.contestant import Contestant
from bench.verification.hostile import Letter
from bench.verification.results import Race
from bench.verification.site import VERDICTS, Site
from chassis.messaging.broker import DEAD_LETTERS

WARM = 0.05
"""The part of the letters for which a process may start, connect and fill its caches."""


async def race(site: Site, contestant: Contestant, letters: Sequence[Letter], *, good: int) -> Race:
    """Let a contestant judge letters of which so many are good.

    Raises TimeoutError where it does not end, AssertionError where not each good one has its verdict, and
    each other one is a dead letter.
    """
    await site.clear()
    await site.send(letters)
    with contestant.running(site) as processes:
        await site.judged(int(WARM * good))
        first, began, cpu, around = (
            await site.depth(VERDICTS),
            time.perf_counter(),
            processes.cpu(),
            site.cpu(),
        )
        await site.judged(good, all_taken=True)
        seconds, used = time.perf_counter() - began, processes.cpu() - cpu
        around = site.cpu() - around
        peak = processes.peak()
    ended = (await site.depth(VERDICTS), await site.depth(DEAD_LETTERS))
    if ended != (good, len(letters) - good):
        raise AssertionError(f"{contestant.name}: {ended[0]} verdicts and {ended[1]} dead letters")
    return Race(
        letters=good - first,
        seconds=seconds,
        cpu_seconds=used,
        around_seconds=around,
        peak_bytes=peak,
    )
