"""What can be wrong with a SAM; after each the next citizen is served."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from simulator.chip import Chip
from simulator.kinds import Kind, SimulatedCard
from simulator.reader import VirtualReader
from simulator.vpcd import Inserted
from tests.support.bounds import BOUND_SECONDS
from tests.system.outcomes.counter import Counter, standing
from tests.system.outcomes.house import House
from tests.system.outcomes.told import UNSIGNED, came_to
from tests.system.outcomes.watched import Watched

REFUSED = came_to("inconclusive", "card.authentic/sam-refused", *UNSIGNED)
NO_SAM = came_to("inconclusive", "card.authentic/no-sam", *UNSIGNED)
SILENT = came_to("inconclusive", "card.authentic/sam-silent", *UNSIGNED)
BUSY = came_to("inconclusive", "card.authentic/sam-busy", *UNSIGNED)
GET_CHALLENGE = 0x84


def readers(**slots: str) -> str:
    """The setting; each reader's card slot is its own, and `slots` says where it may find a SAM."""
    return json.dumps(
        {
            name.replace("_", "-"): {"card": f"Ketuk {number} 00 00", "sam": sam}
            for number, (name, sam) in enumerate(slots.items())
        }
    )


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Kind.NO_SAM, "no-sam"),
        (Kind.SAM_REFUSED, "sam-refused"),
        (Kind.SAM_LOCKED, "sam-locked"),
        (Kind.SAM_SILENT, "sam-silent"),
    ],
)
async def test_a_sam_that_does_not_serve_is_told_and_logged_and_the_right_one_serves_the_next(
    counter: Counter, kind: Kind, code: str
) -> None:
    before = len(counter.house.log())
    assert await counter.taps(kind) == came_to("inconclusive", f"card.authentic/{code}", *UNSIGNED)
    assert code in counter.house.log()[before:]
    await counter.serves_the_next()


@pytest.mark.parametrize("secret", [{"SAM_PCID": "00" * 16}, {"SAM_CONF": "00" * 32}], ids=["pcid", "conf"])
async def test_wrong_secrets_are_tried_once_however_many_cards_are_tapped_so_that_no_sam_locks(
    house: House, secret: dict[str, str]
) -> None:
    house.have_gateway(**secret)
    async with standing(house, sam=house.sam()) as counter:
        for _ in range(4):
            assert await counter.taps(Kind.HEALTHY) == REFUSED
        house.have_gateway()
        await counter.serves_the_next()


async def test_a_sam_may_sit_in_another_reader(house: House) -> None:
    house.have_gateway(READERS=readers(loket_1="Ketuk 1 00 01"))
    async with standing(house, sam=house.sam()) as counter:
        assert await counter.taps(Kind.HEALTHY) == NO_SAM
        async with VirtualReader(number=1, port=house.stack.vpcd_ports[1], sam=house.sam()).running():
            await counter.serves_the_next()


async def test_a_sam_that_goes_in_mid_authentication_is_missed_and_serves_again_when_it_is_back(
    house: House,
) -> None:
    house.have_gateway()
    async with standing(house, sam=None) as counter:
        async with inserted(house, house.sam(), leaves_after=3):
            assert await counter.taps(Kind.HEALTHY) == NO_SAM
        async with inserted(house, house.sam()):
            await counter.serves_the_next()


async def test_a_sam_that_falls_silent_in_mid_command_is_told_and_serves_again_when_it_is_put_in_anew(
    house: House,
) -> None:
    house.have_gateway()  # gives a reading 5 s
    async with standing(house, sam=None) as counter:
        async with inserted(house, house.sam(), seconds_a_command=600):
            tapping = asyncio.create_task(counter.reader.tap(house.cards[Kind.HEALTHY]))
            assert await counter.hears() == SILENT
            await tapping
            # its command hangs still; the reader reads on, and no card is called dead for that
            assert await counter.taps(Kind.TYPE_B) == SILENT
        async with inserted(house, house.sam()):
            await counter.serves_the_next()


async def test_a_reader_waits_for_a_shared_sam_and_says_that_it_is_busy_where_the_wait_is_too_long(
    house: House,
) -> None:
    house.have_gateway(READERS=readers(loket_1="Ketuk ? 00 01", loket_2="Ketuk ? 00 01"), READ_SECONDS="30")
    async with standing(house, sam=house.sam()) as counter:
        asked = asyncio.Event()
        slow = slowed(house.cards[Kind.TYPE_B], asked.set, seconds_a_command=0.3)
        async with VirtualReader(number=1, port=house.stack.vpcd_ports[1], sam=None).running() as other:
            tapping = asyncio.create_task(other.tap(slow))
            await asked.wait()
            assert await counter.taps(Kind.HEALTHY) == BUSY
            assert await counter.hears() == came_to("verified")
            await tapping
            _, one, two = await asyncio.gather(
                other.tap(house.cards[Kind.TYPE_B]), counter.taps(Kind.HEALTHY), counter.hears()
            )
            assert one == two == came_to("verified")


@asynccontextmanager
async def inserted(
    house: House, sam: Chip, *, leaves_after: int | None = None, seconds_a_command: float = 0.0
) -> AsyncIterator[None]:
    """A SAM in the reader's other slot."""
    it = await Inserted.enter(
        sam,
        port=house.stack.vpcd_ports[0] + 1,
        leaves_after=leaves_after,
        seconds_a_command=seconds_a_command,
    )
    try:
        await asyncio.wait_for(it.noticed.wait(), BOUND_SECONDS)
        async with asyncio.TaskGroup() as tasks:
            leaving = tasks.create_task(leave_when_gone(it))
            yield
            leaving.cancel()
    finally:
        await it.leave()


async def leave_when_gone(it: Inserted) -> None:
    await it.gone.wait()
    await it.leave()


def slowed(card: SimulatedCard, asked: Callable[[], None], *, seconds_a_command: float) -> SimulatedCard:
    """The same card, slower; `asked` is called when the SAM is about to be needed."""
    chip = Watched(card.chip, GET_CHALLENGE, asked)
    return SimulatedCard(
        kind=card.kind, chip=chip, uid=card.uid, resident=card.resident, seconds_a_command=seconds_a_command
    )
