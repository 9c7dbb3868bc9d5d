from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.chip_health.reader_comparison import SAYS, Asked, Sides, Trials, judge_readers


def exact(sides: Sides) -> float:
    hits, whole = sides.hits_here + sides.hits_of_others, sides.here + sides.others
    ways = sum(
        comb(hits, count) * comb(whole - hits, sides.here - count)
        for count in range(sides.hits_here, min(hits, sides.here) + 1)
    )
    return ways / comb(whole, sides.here)


def sides(here: int, hits_here: int, others: int, hits_of_others: int) -> Sides:
    return Sides(here=here, hits_here=hits_here, others=others, hits_of_others=hits_of_others)


def test_the_chance_is_that_of_the_lady_tasting_tea() -> None:
    assert sides(4, 4, 4, 0).chance() == pytest.approx(1 / 70)
    assert sides(4, 3, 4, 1).chance() == pytest.approx(17 / 70)


@given(st.data())
def test_the_chance_is_the_exact_tail_wherever_there_is_an_excess(data: st.DataObject) -> None:
    here, others = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 60))
    drawn = sides(here, data.draw(st.integers(0, here)), others, data.draw(st.integers(0, others)))
    if drawn.hits_here * others > drawn.hits_of_others * here:
        assert drawn.chance() == pytest.approx(exact(drawn), rel=1e-9)
    else:
        assert drawn.chance() == 1.0


@pytest.mark.parametrize("few", [sides(0, 0, 0, 0), sides(9, 9, 0, 0), sides(0, 0, 9, 9), sides(5, 0, 5, 0)])
def test_without_anything_to_compare_nothing_is_found(few: Sides) -> None:
    assert few.chance() == 1.0


def test_a_million_taps_are_compared_at_once() -> None:
    assert 0 <= sides(10_000, 400, 1_000_000, 20_000).chance() < 1e-20


def codes(asked: dict[str, tuple[int, int]], trials: dict[str, tuple[int, int]]) -> dict[str, str]:
    found = judge_readers(
        {name: Asked(chips=chips, silent=silent) for name, (chips, silent) in asked.items()},
        {name: Trials(tried=tried, failed=failed) for name, (tried, failed) in trials.items()},
    )
    return {name: finding.code for name, finding in found.items()}


def test_a_reader_that_fails_cards_which_others_read_is_named() -> None:
    found = codes(
        {"a": (200, 4), "b": (200, 4), "bad": (200, 5)}, {"a": (10, 0), "b": (10, 0), "bad": (10, 6)}
    )
    assert found == {"a": "no-sign", "b": "no-sign", "bad": "fails-good-cards"}


def test_dead_chips_alone_name_no_reader() -> None:
    found = codes({"a": (200, 9), "b": (200, 12), "c": (200, 7)}, {"a": (10, 0), "b": (10, 0), "c": (10, 0)})
    assert set(found.values()) == {"no-sign"}


def test_much_more_silence_says_where_to_look_and_blames_nobody() -> None:
    assert codes({"a": (200, 4), "b": (200, 4), "c": (200, 60)}, {})["c"] == "more-silence"


def test_few_taps_are_said_to_be_few() -> None:
    assert codes({"a": (500, 5), "new": (1, 1)}, {})["new"] == "too-few"


def test_a_reader_alone_in_its_city_is_compared_with_nobody() -> None:
    assert codes({"a": (500, 250)}, {"a": (10, 10)}) == {"a": "too-few"}


def test_every_finding_is_said_in_both_languages() -> None:
    assert all(words.keys() == {"id", "en"} and all(words.values()) for words in SAYS.values())
