"""What one message costs the others of its batch."""

from collections.abc import Sequence
from uuid import UUID

import pytest
import structlog

from chassis.messaging.message_handler import Arrival, Conclusion, Dead, Settled, handled
from dev.contract.examples import examples
from ketuk_events import catalogue

EVENT = examples()[catalogue.CARD_PRESENTED]


def arrivals(count: int) -> list[Arrival]:
    return [Arrival(event=EVENT, user=None, body=UUID(int=number).bytes) for number in range(count)]


class Transactions:
    """A handler that cannot take some messages, and counts how often it is called."""

    def __init__(self, bad: set[int]) -> None:
        self._bad = {UUID(int=number).bytes for number in bad}
        self.sizes: list[int] = []
        self.done: list[bytes] = []

    async def __call__(self, arrivals: Sequence[Arrival]) -> Sequence[Conclusion]:
        self.sizes.append(len(arrivals))
        if any(each.body in self._bad for each in arrivals):
            raise LookupError
        self.done += [each.body for each in arrivals]
        return [Settled() for _ in arrivals]


@pytest.mark.parametrize("bad", [{0}, {141}, {199}])
async def test_one_bad_message_of_200_costs_twice_the_logarithm_of_transactions(bad: set[int]) -> None:
    work, batch = Transactions(bad), arrivals(200)
    concluded = await handled(work, batch, log=structlog.get_logger())
    assert len(work.sizes) <= 1 + 2 * 8
    assert {at for at, each in enumerate(concluded) if isinstance(each, Dead)} == bad
    assert len(concluded) == 200
    assert sorted(work.done) == [each.body for at, each in enumerate(batch) if at not in bad]


async def test_a_batch_of_bad_messages_dies_one_by_one_and_ends() -> None:
    work = Transactions(set(range(7)))
    concluded = await handled(work, arrivals(7), log=structlog.get_logger())
    assert concluded == [Dead(reason="handler failed: LookupError")] * 7


async def test_conclusions_are_in_the_order_of_their_messages() -> None:
    work = Transactions({1, 4})
    concluded = await handled(work, arrivals(6), log=structlog.get_logger())
    assert [isinstance(each, Dead) for each in concluded] == [False, True, False, False, True, False]
