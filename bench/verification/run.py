"""One run: everything measured on one stack, contestants in turns."""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from itertools import chain, islice

from bench.verification.contestant import Contestant
from bench.verification.corpus import A_WRAP, GATEWAYS, Corpus
from bench.verification.hostile import Letter
from bench.verification.latency import latencies
from bench.verification.memory import memory
from bench.verification.race import race
from bench.verification.results import BARE, CALLBACKS, FASTSTREAM, HOSTILE, OURS, Race, Results, Sealing
from bench.verification.sealing import sealing
from bench.verification.site import Site, site
from bench.verification.stages import stages
from dev.stack.platform import ran_on
from dev.stack.stack import Stack

ROUNDS = 3
TRIED = 2_000
"""Letters with which the best way of running a peer is found."""
WAYS = ((10, 10), (50, 16), (200, 16), (200, 32))
"""Of running a peer: messages at once, connections to the database."""
PEERS = {FASTSTREAM: "faststream_way", CALLBACKS: "callbacks_way"}


async def run(stack: Stack, letters: Corpus) -> Results:
    """Measure all; says what it does on standard error."""
    async with site(stack, letters) as here:
        environment = await _environment(here)
        tried, peers = await _best(here)
        one, two, four = (
            Contestant(name=name, module="verification", processes=processes)
            for name, processes in zip(OURS, (1, 2, 4), strict=True)
        )
        contestants = [Contestant(name=BARE, module="bench.verification.bare"), *peers, one, two, four]
        mixed = _mixed(letters)
        rounds: dict[str, list[Race]] = {name: [] for name in (*(each.name for each in contestants), HOSTILE)}
        sealings: list[Sealing] = []
        for number in range(ROUNDS):
            for each in contestants:
                came = await race(here, each, letters.good, good=len(letters.good))
                rounds[each.name].append(came)
                sealings.append(sealing())
                _say(f"round {number + 1}: {each.name}: {came.per_second:.0f} a second")
            came = await race(here, one, mixed, good=len(letters.good))
            rounds[HOSTILE].append(came)
            _say(f"round {number + 1}: {HOSTILE}: {came.per_second:.0f} good ones a second")
        half = sorted(each.per_second for each in rounds[one.name])[ROUNDS // 2] / 2
        at_rest, half_load, busy = await latencies(here, half=half)
        _say(f"verdicts at rest: {at_rest.ours.p50 * 1e3:.1f} ms")
        return Results(
            environment=environment,
            letters=len(letters.good),
            least_bytes=min(len(letter.body) for letter in letters.good),
            gateways=GATEWAYS,
            letters_a_wrap=A_WRAP,
            tried=tried,
            rounds={name: tuple(races) for name, races in rounds.items()},
            at_rest=at_rest,
            half_load=half_load,
            busy=busy,
            memory=await memory(here, one),
            sealings=tuple(sealings),
            stages=stages(letters),
        )


async def _best(here: Site) -> tuple[dict[str, dict[str, float]], list[Contestant]]:
    tried: dict[str, dict[str, float]] = {}
    best: list[Contestant] = []
    for name, module in PEERS.items():
        ways = {
            f"{at_once} at once, {connections} connections": Contestant(
                name=name,
                module=f"bench.verification.{module}",
                settings={"BENCH_AT_ONCE": str(at_once), "BENCH_CONNECTIONS": str(connections)},
            )
            for at_once, connections in WAYS
        }
        letters = here.corpus.good[:TRIED]
        tried[name] = {}
        for way, contestant in ways.items():
            tried[name][way] = (await race(here, contestant, letters, good=len(letters))).per_second
            _say(f"{name}, {way}: {tried[name][way]:.0f} a second")
        best.append(ways[max(tried[name], key=lambda way: tried[name][way])])
    return tried, best


def _mixed(letters: Corpus) -> Sequence[Letter]:
    """A hostile letter after every nine good ones."""
    good, bad = iter(letters.good), iter(letters.bad)
    rows = [[*islice(good, 9), *islice(bad, 1)] for _ in range(len(letters.good) // 9)]
    return [*chain.from_iterable(rows), *good]


async def _environment(here: Site) -> dict[str, str]:
    found = await ran_on(here.stack)
    packages = ("aio-pika", "aiormq", "asyncpg", "faststream", "uvloop", "msgspec", "pydantic")
    return {
        **found,
        "cpu": f"{found['cpu']}; broker, database and all processes share them",
        "python": f"{found['python']}; {', '.join(f'{name} {version(name)}' for name in packages)}",
        "broker": f"{found['broker']}, one node; quorum queues, persistent messages, confirms, plain TCP",
        "load by others when it began": " ".join(f"{load:.1f}" for load in os.getloadavg()),
    }


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
