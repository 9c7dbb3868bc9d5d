"""`docs/verdicts.md`: a worked example of each outcome, as this run produced it.

`KETUK_WRITE_VERDICTS=1` writes the page (`make verdicts`). It comes before the tests that publish new rules.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import aio_pika
import msgspec
import pytest
from aio_pika.abc import AbstractQueue
from yarl import URL

from chassis.messaging.broker import EVENTS
from ketuk_events.outcomes import Outcome
from ketuk_events.taps import TapJudged
from simulator.kinds import Kind
from tests.support.bounds import BOUND_SECONDS
from tests.system.outcomes.counter import Counter
from tests.system.outcomes.house import GATEWAY
from tests.system.outcomes.opened import opened
from tests.system.outcomes.verdicts_page import Example, page

PAGE = Path(__file__).parents[3] / "docs" / "verdicts.md"
EXAMPLES = (
    ("record", Kind.HEALTHY),
    ("record", Kind.PHOTO_COPIED),
    ("record", Kind.UNKNOWN),
    ("chip-check", Kind.BLOCKED),
)


@pytest.fixture
async def overheard(counter: Counter) -> AsyncIterator[AbstractQueue]:
    """What is said of the taps of this counter from now on, both ways; it has read a card before."""
    await counter.serves_the_next()
    url = str(URL(counter.house.stack.environment()["AMQP_ADMIN_URL"]).with_path("/ketuk"))
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        for key in ("card.read", "tap.judged"):
            await queue.bind(EVENTS, f"{key}.v1.3372.{GATEWAY}")
        yield queue


async def test_the_worked_examples_are_what_a_run_comes_to(
    counter: Counter, overheard: AbstractQueue
) -> None:
    examples = []
    for purpose, kind in EXAMPLES:
        await counter.choose(purpose)
        await counter.taps(kind)
        # both are there: the page of the counter has shown the second
        read, judged = [await overheard.get(no_ack=True, timeout=BOUND_SECONDS) for _ in range(2)]
        assert read is not None
        assert judged is not None
        examples.append(
            Example(
                kind=kind,
                evidence=opened(counter.house, read.body),
                verdict=msgspec.json.decode(judged.body, type=TapJudged),
            )
        )
    assert {each.verdict.outcome for each in examples} == set(Outcome)
    written = page(examples)
    if os.environ.get("KETUK_WRITE_VERDICTS") == "1":
        PAGE.write_text(written, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == written, "run `make verdicts`"
    people = [
        word
        for kind in Kind
        for card in [counter.house.cards[kind]]
        for word in (card.resident.nik, card.resident.name, card.uid.hex())
    ]
    assert [word for word in people if word in written] == []
