import asyncio
from collections.abc import Sequence

import pytest

from registry.access.turns import Turns
from registry.kit.errors import TooOften


class Desk:
    """Askers at turns: who had one in which order, and who was refused."""

    def __init__(self, *, at_once: int = 1, most_waiting: int = 100) -> None:
        self.turns = Turns(at_once=at_once, most_waiting=most_waiting)
        self.order: list[str] = []
        self.refused: list[str] = []
        self.at_work = self.most_at_work = 0
        self.go_on = asyncio.Event()

    async def ask(self, name: str) -> None:
        """One turn of the asker whom the name begins with."""
        try:
            async with self.turns.turn(name[0]):
                self.order.append(name)
                self.at_work += 1
                self.most_at_work = max(self.most_at_work, self.at_work)
                await self.go_on.wait()
                self.at_work -= 1
        except TooOften:
            self.refused.append(name)

    async def asked(self, names: Sequence[str]) -> list[asyncio.Task[None]]:
        """All of these, in this order, which wait now or have a turn."""
        tasks = [asyncio.create_task(self.ask(name)) for name in names]
        await asyncio.sleep(0)
        return tasks


async def test_an_asker_waits_for_one_turn_of_each_other_and_not_for_all() -> None:
    desk = Desk()
    tasks = await desk.asked(["a1", "a2", "a3", "a4", "b1", "c1", "b2"])
    desk.go_on.set()
    await asyncio.gather(*tasks)
    assert desk.order == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]


async def test_no_more_than_so_many_have_a_turn_at_once() -> None:
    desk = Desk(at_once=2)
    tasks = await desk.asked([f"{asker}{number}" for asker in "abc" for number in range(5)])
    desk.go_on.set()
    await asyncio.gather(*tasks)
    assert (desk.most_at_work, len(desk.order)) == (2, 15)


async def test_where_too_many_wait_the_newest_of_who_has_most_waiting_is_refused() -> None:
    desk = Desk(most_waiting=4)
    tasks = await desk.asked(["a0", "a1", "a2", "a3", "a4", "a5", "b1", "c1", "d1", "e1"])
    await asyncio.sleep(0)
    assert sorted(desk.refused) == ["a2", "a3", "a4", "a5", "e1"]
    desk.go_on.set()
    await asyncio.gather(*tasks)
    assert desk.order == ["a0", "a1", "b1", "c1", "d1"]


async def test_who_goes_away_while_waiting_or_just_as_the_turn_comes_costs_nobody_theirs() -> None:
    desk = Desk()
    desk.go_on.set()
    async with desk.turns.turn("z"):
        away, just_then, waits = await desk.asked(["a1", "b1", "c1"])
        away.cancel()
    just_then.cancel()  # the turn has come, and is not heard of yet
    await waits
    await desk.ask("d1")
    assert desk.order == ["c1", "d1"]


async def test_who_is_refused_and_goes_away_at_once_makes_no_turn() -> None:
    desk = Desk(most_waiting=2)
    waiting = await desk.asked(["a0", "a1", "a2"])
    newcomer = asyncio.create_task(desk.ask("b1"))
    await asyncio.sleep(0)
    waiting[2].cancel()
    await asyncio.wait([waiting[2]])
    desk.go_on.set()
    await asyncio.gather(waiting[0], waiting[1], newcomer)
    assert desk.most_at_work == 1


async def test_a_turn_that_fails_is_over() -> None:
    turns = Turns(at_once=1, most_waiting=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="failed"):
            async with turns.turn("a"):
                raise ValueError("failed")
