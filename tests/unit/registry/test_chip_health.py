import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.chip_health.finding import Finding
from registry.chip_health.report import CauseCount, Count, Found, cause_lines, lines, tally, wilson

NONE = (0,) * len(Finding)


def found(**taps: int) -> Found:
    return tuple(taps.get(each.name.lower(), 0) for each in Finding)


def count(*, checks: Found = NONE, others: Found = NONE, reader: str = "a/loket-1") -> Count:
    return Count(
        place="33.72.04.1010", place_name="Jebres", year="2026", reader=reader, checks=checks, others=others
    )


def test_every_finding_is_counted_once() -> None:
    told = tally([(1,) * len(Finding), found(alive=2)])
    each = (told.alive, told.damaged, told.dead, told.silent, told.not_a_ktp, told.undecided)
    assert each == (3, 1, 1, 1, 1, 1)
    assert told.taps == sum(each)


def test_the_share_of_the_living_leaves_out_what_was_not_told() -> None:
    told = tally([found(alive=8, dead=2), found(silent=90), found(undecided=90)])
    assert told.alive_share is not None
    assert told.alive_share.share == 0.8
    assert tally([found(silent=5)]).alive_share is None


def test_the_interval_is_wilsons() -> None:
    # the worked example in Newcombe, Statistics in Medicine 17 (1998), 857-872, table I
    share = wilson(81, 263)
    assert (share.low, share.high) == (0.2553, 0.3662)
    assert (wilson(0, 20).low, wilson(0, 20).high) == (0.0, 0.1611)


@given(st.integers(1, 10_000), st.data())
def test_the_interval_holds_its_share_within_0_and_1(whole: int, data: st.DataObject) -> None:
    share = wilson(data.draw(st.integers(0, whole)), whole)
    assert 0 <= share.low <= share.share <= share.high <= 1


def test_chip_checks_and_other_taps_are_told_apart() -> None:
    (line,) = lines([count(checks=found(dead=3)), count(others=found(alive=5))], "place", trials={})
    assert line.label == "Jebres"
    assert (line.chip_checks.dead, line.chip_checks.alive) == (3, 0)
    assert line.other_taps is not None
    assert (line.other_taps.dead, line.other_taps.alive) == (0, 5)


def test_causes_are_those_of_chip_checks_alone() -> None:
    told = cause_lines([CauseCount(cause="heat", checks=found(dead=3))])
    assert [(line.name, line.chip_checks.taps, line.other_taps) for line in told] == [("heat", 3, None)]


@pytest.mark.parametrize(("by", "judged"), [("reader", True), ("place", False), ("year", False)])
def test_only_readers_are_judged(by: str, *, judged: bool) -> None:
    (line,) = lines([count(others=found(alive=5))], by, trials={})  # type: ignore[arg-type]  # one of the four words
    assert (line.reader is not None) is judged
