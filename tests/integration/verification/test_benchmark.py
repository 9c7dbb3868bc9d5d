"""The letters of `make bench` come to what it counts on: else its figures would be of nothing."""

from pathlib import Path

import pytest

from bench.verification.contestant import Contestant
from bench.verification.corpus import corpus
from bench.verification.race import race
from bench.verification.site import site
from dev.stack.stack import Stack

LETTERS = 180


@pytest.mark.usefixtures("bench")
async def test_each_good_letter_of_the_benchmark_has_its_verdict_and_each_hostile_one_is_dead(
    stack: Stack, tmp_path: Path
) -> None:
    letters = corpus(tmp_path / "letters.msgpack", size=LETTERS)
    assert letters.bad
    async with site(stack, letters) as here:
        # raises where not each good one has a verdict, and each bad one is a dead letter
        await race(
            here,
            Contestant(name="verification", module="verification"),
            letters.good + letters.bad,
            good=LETTERS,
        )
