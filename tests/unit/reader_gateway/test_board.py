import asyncio
import sys
from collections.abc import Callable

import pytest

from reader_gateway.desk.display_state import KEEP_TAPS, Board, BoardState, TapOnBoard
from tests.unit.reader_gateway.taps_on_board import PHOTO, reader, tap, verdict

SOON = 0.02


async def until(board: Board, holds: Callable[[BoardState], bool]) -> BoardState:
    """The first state for which it holds."""
    async with asyncio.timeout(60):
        async for state in board.changes():
            if holds(state):
                return state
    raise AssertionError("the board was closed")


def shown(board: Board, number: int = 1) -> TapOnBoard:
    return next(each for each in board.snapshot().taps if each.tap == f"tap-{number}")


@pytest.mark.parametrize("outcome", ["refused", "inconclusive", "alive", "of-a-newer-version"])
async def test_a_photo_does_not_leave_the_board_unless_the_tap_is_verified(outcome: str) -> None:
    board = Board()
    board.tap_changed(tap(stage="sent", photo=PHOTO))
    assert shown(board).photo is None
    assert board.snapshot().current["loket-1"].photo is None
    board.tap_changed(verdict(outcome=outcome))
    assert shown(board).photo is None
    assert board.snapshot().current["loket-1"].photo is None


async def test_a_photo_leaves_the_board_once_the_tap_is_verified() -> None:
    board = Board()
    board.tap_changed(tap(stage="sent", photo=PHOTO))
    board.tap_changed(verdict())
    assert shown(board).photo == PHOTO
    assert board.snapshot().current["loket-1"].photo == PHOTO


async def test_a_photo_that_may_never_be_shown_is_not_kept() -> None:
    board, photo = Board(), bytes(range(100))
    held = sys.getrefcount(photo)
    board.tap_changed(tap(stage="sent", photo=photo))
    assert sys.getrefcount(photo) == held + 1
    board.tap_changed(verdict(outcome="refused"))
    assert sys.getrefcount(photo) == held


async def test_a_verdict_that_overtakes_the_gateways_own_word_stands_and_still_gets_its_photo() -> None:
    board = Board()
    board.tap_changed(verdict())
    board.tap_changed(tap(stage="sent", photo=PHOTO))
    assert (shown(board).stage, shown(board).photo) == ("judged", PHOTO)


async def test_a_verdict_is_not_changed_by_another_one() -> None:
    board = Board()
    board.tap_changed(verdict(outcome="refused"))
    board.tap_changed(verdict(outcome="verified"))
    assert shown(board).outcome == "refused"


async def test_the_next_tap_on_a_reader_takes_the_photo_of_the_one_before_and_no_others() -> None:
    board = Board()
    for number, at in ((1, "loket-1"), (2, "loket-2")):
        board.tap_changed(tap(number, "sent", at=at, photo=PHOTO))
        board.tap_changed(verdict(number, at=at))
    board.tap_changed(tap(3, at="loket-1"))
    assert [shown(board, number).photo for number in (1, 2, 3)] == [None, PHOTO, None]


async def test_photo_and_verdict_go_when_the_card_has_left_for_a_while() -> None:
    board = Board(verdict_stays=SOON)
    board.reader_changed(reader("card"))
    board.tap_changed(tap(stage="sent", photo=PHOTO))
    board.tap_changed(verdict())
    board.reader_changed(reader("ready"))
    assert board.snapshot().current["loket-1"].photo == PHOTO
    state = await until(board, lambda state: not state.current)
    assert [(each.outcome, each.photo) for each in state.taps] == [("verified", None)]


async def test_photo_and_verdict_stay_while_the_card_does() -> None:
    board = Board(verdict_stays=SOON)
    board.tap_changed(tap(stage="sent", photo=PHOTO))
    board.tap_changed(verdict())
    board.tap_changed(verdict(2, at="loket-2"))
    board.reader_changed(reader("card"))
    state = await until(board, lambda state: "loket-2" not in state.current)
    assert state.current["loket-1"].photo == PHOTO


async def test_a_tap_without_a_verdict_stays_at_its_reader_without_its_photo() -> None:
    board = Board(verdict_stays=SOON, late_after=2 * SOON)
    board.tap_changed(tap(stage="sent", photo=PHOTO))
    state = await until(board, lambda state: state.taps[0].stage == "late")
    assert state.current["loket-1"].tap == "tap-1"
    board.tap_changed(verdict())
    assert board.snapshot().current["loket-1"].outcome == "verified"
    assert shown(board).photo is None


async def test_a_verdict_that_does_not_come_is_called_late_until_it_comes() -> None:
    board = Board(late_after=SOON)
    board.tap_changed(tap(stage="sent"))
    await until(board, lambda state: state.taps[0].stage == "late")
    board.tap_changed(verdict())
    assert shown(board).stage == "judged"


async def test_a_verdict_in_time_is_never_called_late() -> None:
    board = Board(late_after=SOON)
    board.tap_changed(tap(1, "sent"))
    board.tap_changed(verdict())
    board.tap_changed(tap(2, "sent", at="loket-2"))
    state = await until(board, lambda state: state.taps[0].stage == "late")
    assert state.taps[1].stage == "judged"


async def test_a_late_verdict_on_an_earlier_tap_does_not_push_the_newer_one_from_its_reader() -> None:
    board = Board()
    board.tap_changed(tap(2))
    board.tap_changed(verdict(1))
    state = board.snapshot()
    assert state.current["loket-1"].tap == "tap-2"
    assert [each.tap for each in state.taps] == ["tap-2", "tap-1"]


async def test_only_the_newest_taps_are_kept() -> None:
    board = Board()
    for number in range(KEEP_TAPS + 5):
        board.tap_changed(verdict(number))
    assert [each.tap for each in board.snapshot().taps] == [
        f"tap-{number}" for number in range(KEEP_TAPS + 4, 4, -1)
    ]


async def test_a_reader_whose_tap_is_no_longer_kept_is_free() -> None:
    board = Board(verdict_stays=SOON)
    board.tap_changed(verdict(0, at="loket-2"))
    for number in range(1, KEEP_TAPS + 1):
        board.tap_changed(verdict(number))
    assert "loket-2" not in board.snapshot().current
    await until(board, lambda state: not state.current)
    board.tap_changed(verdict(KEEP_TAPS + 1, at="loket-2"))
    assert board.snapshot().current["loket-2"].outcome == "verified"


async def test_who_looks_sees_the_state_at_once_and_then_each_change() -> None:
    board = Board()
    board.reader_changed(reader("ready"))
    changes = board.changes()
    assert (await anext(changes)).readers == (reader("ready"),)
    board.reader_changed(reader("card"))
    assert (await anext(changes)).readers == (reader("card"),)
    await changes.aclose()


async def test_who_is_slow_gets_the_newest_state_only() -> None:
    board = Board()
    changes = board.changes()
    await anext(changes)
    for number in range(100):
        board.tap_changed(tap(number))
    assert (await anext(changes)).taps[0].tap == "tap-99"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(changes), SOON)


async def test_who_looks_hears_even_where_nothing_changes() -> None:
    changes = Board().changes(at_least_every=SOON)
    assert await anext(changes) == await anext(changes)
    await changes.aclose()


async def test_nobody_looks_at_a_board_that_is_closed() -> None:
    board = Board()
    changes = board.changes()
    await anext(changes)
    board.close()
    assert [state async for state in changes] == []
    assert [state async for state in board.changes()] == []


def test_a_photo_is_not_in_what_a_log_would_say_of_a_tap() -> None:
    assert "a face" not in repr(tap(photo=PHOTO))
