"""What a fingerprint device says of the holder; the device is simulated, its socket is real."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from simulator.fingerprints import LEFT_INDEX, RIGHT_INDEX, template
from simulator.kinds import Kind
from simulator.matcher import FingerDevice, Odd
from tests.support.bounds import BOUND_SECONDS
from tests.system.outcomes.counter import Counter, standing
from tests.system.outcomes.house import House
from tests.system.outcomes.told import Told, came_to

MATCHED = came_to("verified", "holder.matches/ok", decides=False)
STRANGER = template(seed="somebody else", position=RIGHT_INDEX)


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Counter]:
    house.have_gateway(MATCHER=str(house.stack.folder / "matcher.sock"))
    async with standing(house, sam=house.sam()) as counter:
        await counter.choose("identify")
        yield counter


@pytest.fixture
async def device(house: House) -> AsyncIterator[FingerDevice]:
    async with FingerDevice().listening(house.stack.folder / "matcher.sock") as listening:
        yield listening


def finger(house: House, kind: Kind, position: int) -> bytes:
    """A finger of the holder of a card."""
    return template(seed=house.cards[kind].resident.nik, position=position)


async def with_card(desk: Counter, kind: Kind) -> Told:
    """The verdict on a card that stays on the reader until it is there, as officers are told to have it."""
    desk.reader.hold()
    tapping = asyncio.create_task(desk.taps(kind))
    async with asyncio.timeout(BOUND_SECONDS):
        while not tapping.done():
            page = await desk.page_says(lambda _: True)
            if page["taps"] and page["taps"][0]["look"] not in {"reading", "finger", "other-finger"}:
                desk.reader.release()
            await asyncio.sleep(0.1)
    return await tapping


@pytest.mark.parametrize("position", [RIGHT_INDEX, LEFT_INDEX])
async def test_either_finger_of_the_holder_may_match(
    house: House, desk: Counter, device: FingerDevice, position: int
) -> None:
    device.will_be_touched([finger(house, Kind.HEALTHY, position)])
    assert await with_card(desk, Kind.HEALTHY) == MATCHED
    assert device.asked == 1


async def test_the_other_finger_may_match_after_one_that_did_not(
    house: House, desk: Counter, device: FingerDevice
) -> None:
    device.will_be_touched([STRANGER, Odd.POOR, finger(house, Kind.HEALTHY, LEFT_INDEX)])
    assert await with_card(desk, Kind.HEALTHY) == MATCHED


@pytest.mark.parametrize(
    ("touches", "expected"),
    [
        ([STRANGER], came_to("refused", "holder.matches/no-match")),
        ([STRANGER] * 4, came_to("refused", "holder.matches/tries-used-up")),
        ([STRANGER, Odd.FAKE], came_to("refused", "holder.matches/fake-finger")),
        ([Odd.POOR] * 4, came_to("inconclusive", "holder.matches/poor-quality")),
        ([], came_to("inconclusive", "holder.matches/no-finger")),
    ],
)
async def test_each_other_word_of_the_device_has_its_outcome_and_the_next_holder_is_matched(
    house: House, desk: Counter, device: FingerDevice, touches: Sequence[bytes | Odd], expected: Told
) -> None:
    device.will_be_touched(touches)
    assert await with_card(desk, Kind.HEALTHY) == expected
    assert device.asked <= 4
    device.will_be_touched([finger(house, Kind.HEALTHY, RIGHT_INDEX)])
    assert await with_card(desk, Kind.HEALTHY) == MATCHED


async def test_a_device_that_is_away_is_told(desk: Counter) -> None:
    assert await with_card(desk, Kind.HEALTHY) == came_to("inconclusive", "holder.matches/no-matcher")
    await desk.choose("record")
    await desk.serves_the_next()


async def test_without_a_device_no_finger_is_read(counter: Counter) -> None:
    await counter.choose("identify")
    assert await counter.taps(Kind.DAMAGED_FINGERS) == came_to("inconclusive", "holder.matches/no-matcher")


async def test_nobody_is_asked_for_a_finger_where_the_card_is_not_genuine(
    desk: Counter, device: FingerDevice
) -> None:
    assert await with_card(desk, Kind.DATA_ALTERED) == came_to("refused", "data.signed/signature-invalid")
    assert device.asked == 0


async def test_a_card_whose_fingers_are_both_damaged_is_told(desk: Counter, device: FingerDevice) -> None:
    told = came_to("refused", "chip.readable/file-damaged", concerns="6FF4, 6FF5")
    assert await with_card(desk, Kind.DAMAGED_FINGERS) == told
    assert device.asked == 0


async def test_a_card_is_activated_once(house: House, desk: Counter, device: FingerDevice) -> None:
    await desk.choose("activate")
    device.will_be_touched([finger(house, Kind.NOT_ACTIVATED, RIGHT_INDEX)])
    assert await with_card(desk, Kind.NOT_ACTIVATED) == MATCHED
    device.will_be_touched([finger(house, Kind.HEALTHY, RIGHT_INDEX)])
    active = came_to("refused", "card.status/active", "holder.matches/ok")
    assert await with_card(desk, Kind.HEALTHY) == active
