"""Whether one process stays as small as it is, over ten times the corpus."""

from bench.verification.contestant import Contestant
from bench.verification.results import Memory
from bench.verification.site import Site

LETTERS = 200_000


async def memory(site: Site, contestant: Contestant) -> tuple[Memory, ...]:
    """Its memory after each time that it has judged the whole corpus.

    What was decided is forgotten in between, so that each letter is judged anew.
    """
    good = site.corpus.good
    found: list[Memory] = []
    await site.clear()
    with contestant.running(site) as processes:
        while len(found) * len(good) < LETTERS:
            await site.send(good)
            await site.judged(len(good), all_taken=True)
            found.append(Memory(letters=(len(found) + 1) * len(good), bytes=processes.memory()))
            await site.clear()
    return tuple(found)
